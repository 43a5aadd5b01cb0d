import test from 'ava'
import type { CommandSpec } from '../../src/api/command.js'
import type { GroupCall, Lane } from '../../src/api/group.js'
import type { Token } from '../../src/api/ids.js'
import type { Reply } from '../../src/api/reply.js'
import { Unsettled } from '../../src/shard/unsettled.js'

const oneKey = [{ first: 1, last: 1, step: 1, flags: [] }]
const manyKeys = [{ first: 1, last: -1, step: 1, flags: [] }]
const specs = new Map(
  Object.entries({
    set: { keys: oneKey, flags: ['write'] },
    get: { keys: oneKey, flags: ['readonly'] },
    mget: { keys: manyKeys, flags: ['readonly'] },
    sort_ro: { keys: [...oneKey, { ...oneKey[0], find: () => [] }], flags: ['readonly'] },
    rename: { keys: [...oneKey, { ...oneKey[0], first: 2, last: 2 }], flags: ['write'] },
    keys: { keys: [], flags: ['readonly'] },
  }),
) as unknown as ReadonlyMap<string, CommandSpec>

function made() {
  const heard: (string | Reply)[] = []
  const clock = { mono: 0 }
  const unsettled = new Unsettled({
    holdsReads: true,
    requestMs: 100,
    specOf: (name) => specs.get(name),
    now: () => ({ wall: 0, mono: clock.mono }),
  })
  const caller = { answer: (ticket: number, reply: Reply) => void heard.push(`${ticket}`, reply) }
  const lane: Lane = { caller, writes: 0, reads: 0, held: null }
  const read = (ticket: number, line = 'get k'): boolean => {
    const args = line.split(' ')
    const call = { ticket, args, spec: specs.get(args[0] as string) as CommandSpec }
    return unsettled.holds(lane, call as unknown as GroupCall, 'read')
  }
  const at = (mono: number): void => {
    clock.mono = mono
    unsettled.expire({ wall: 0, mono })
  }
  const execute = (token: number, ...lines: readonly string[]): void => {
    unsettled.executed(token as Token)
    unsettled.behind(
      () => void heard.push(`entry ${token}`),
      lines.map((line) => line.split(' ')),
    )
  }
  const settle = (...tokens: readonly number[]): void => unsettled.settled(tokens as Token[])
  return { unsettled, heard, read, at, execute, settle }
}

test('unsettled: several entries: each answers its own, then the reads behind it', (t) => {
  const { unsettled, heard, read, execute, settle } = made()
  t.false(read(1))
  unsettled.add(() => void heard.push('served'))
  execute(1, 'set k v')
  t.true(read(2))
  execute(2, 'set k w')
  t.true(read(3))

  settle(1)
  t.deepEqual(heard, ['served', 'entry 1', '2', 'read'])
  settle(2)

  t.deepEqual(heard.slice(4), ['entry 2', '3', 'read'])
  t.false(read(4))
})

test('unsettled: a read of other keys than the entry changed: waits for nothing', (t) => {
  const { heard, read, execute, settle } = made()
  execute(1, 'set a v', 'get c')
  execute(2, 'set b v')

  t.deepEqual(
    ['get a', 'get c', 'mget c d', 'mget c a', 'mget a b', 'get b', 'keys *', 'sort_ro c'].map(
      (line, at) => read(at, line),
    ),
    [true, false, false, true, true, true, true, true],
  )
  settle(1)
  t.deepEqual(heard, ['entry 1', '0', 'read', '3', 'read'])
})

test('unsettled: an entry whose keys are not known, or that served who waited: every read waits', (t) => {
  const { unsettled, read, execute, settle } = made()
  for (const line of ['rename a b', 'eval x', 'keys *']) {
    execute(1, line)
    t.true(read(1, 'get c'), line)
    settle(1)
  }
  unsettled.add(() => undefined)
  execute(1, 'set a v')
  t.true(read(1, 'get c'))
})

test('unsettled: a disk that takes long: reads are refused in time, each once', (t) => {
  const { heard, read, at, execute, settle } = made()
  execute(1, 'set k v')
  read(1)
  at(50)
  read(2)

  at(120)

  t.is(heard.length, 2)
  t.like(heard[1], { type: 'error', definite: true })
  settle(1)
  t.deepEqual(heard.slice(2), ['entry 1', '2', 'read'])
})

test('unsettled: a read behind a later entry that is older than one behind an earlier one: is refused in time', (t) => {
  const { heard, read, at, execute } = made()
  execute(1, 'set a v')
  execute(2, 'set b v')
  read(1, 'get b')
  at(50)
  read(2, 'get a')

  at(120)

  t.is(heard[0], '1')
  t.like(heard[1], { type: 'error', definite: true })
})
