// The steps of a move at both groups: what each refuses, whatever comes twice, late or from a driver that was replaced.

import test from 'ava'
import { isError, ok, type Reply } from '../../src/api/reply.js'
import { isSlotRefusal, newOwner } from '../../src/api/slot-moves.js'
import { encodeTransaction } from '../../src/api/transaction.js'
import { keySlot } from '../../src/base/keyslot.js'
import { createEngine } from '../../src/engine/engine.js'
import { Ownership } from '../../src/shard/ownership.js'
import { encodeOutcome } from '../../src/shard/script-effects.js'
import { begun, committed } from '../../src/shard/slot-calls.js'
import { stale } from '../../src/shard/slot-seat.js'
import { copyOf, keyPages } from '../../src/shard/slot-copy.js'
import { copy, head, moving, side, slotOfA } from './move-world.js'

test('slot calls: a whole move: the key is at one group at a time, and the other says where', (t) => {
  const { s, d } = moving()

  t.is(copy(s, d, 1, 'a'), ok)
  t.is(d.run('dbsize') as unknown, d.run('dbsize'))
  t.true(isSlotRefusal(d.run('get', 'a')), 'what comes in is nobody’s yet')
  const facts = s.call('freeze', 1) as readonly Reply[]
  t.true(isSlotRefusal(s.run('get', 'a')))
  t.is(s.ended, 1)
  t.is(d.call('commit', 0, 1, 1, ...facts.map(String)), committed)
  t.is(s.call('gone', 1), ok)

  t.is(d.run('get', 'a'), '1')
  const refusal = s.run('get', 'a')
  t.true(isSlotRefusal(refusal) && newOwner(refusal)?.[2] === 1)
  t.is(s.engine.keyCount(0), 0)
  t.is(d.engine.keyCount(0), 1)
  t.true(d.engine.slotVersion(slotOfA) > s.engine.slotVersion(slotOfA) - 1)
})

test('slot calls: scripts and functions are in no slot: a library with the name of a key that went is loaded', (t) => {
  const { s, d } = moving()
  const facts = s.call('freeze', 1) as readonly Reply[]
  d.call('commit', 0, 1, 1, ...facts.map(String))
  s.call('gone', 1)
  const loaded = (db: number) =>
    encodeOutcome({ reply: 'a', salt: 0, effects: [{ salt: 0, db, args: ['set', 'a', 'code'] }] })

  t.true(isSlotRefusal(s.ownership.executes(s.engine, loaded(0), head(1, 0)) as Reply))
  const hidden = s.engine.scripting?.hiddenFrom ?? 0
  t.is(s.ownership.executes(s.engine, loaded(hidden + 1), head(2, 1)), null)
})

test('slot calls: an attempt that was overtaken: changes nothing at either side', (t) => {
  const { s, d } = moving()
  copy(s, d, 1, 'a')
  s.call('freeze', 1)

  t.is(s.call('retry', 1), 2)
  t.is(s.call('gone', 1), stale)
  t.is(s.call('thaw', 1), stale)
  t.is(d.call('import', 0, 1, 2, slotOfA), begun)
  t.is(d.call('commit', 0, 1, 1, 0), stale)
  t.is(d.call('import', 0, 1, 1, slotOfA), stale)
  t.is(s.call('thaw', 2), ok)
  t.is(s.run('get', 'a'), '1')
  t.is(d.engine.keyCount(0), 0)
})

test('slot calls: the target committed and nobody heard: who takes over is told so, and goes on', (t) => {
  const { s, d } = moving()
  copy(s, d, 1, 'a')
  const facts = s.call('freeze', 1) as readonly Reply[]
  d.call('commit', 0, 1, 1, ...facts.map(String))

  const attempt = s.call('retry', 1) as number
  t.is(d.call('import', 0, 1, attempt, slotOfA), committed)
  t.is(s.call('gone', attempt), ok)

  t.is(d.run('get', 'a'), '1')
  t.is(s.engine.keyCount(0), 0)
})

test('slot calls: copies that did not come: the target does not commit without them', (t) => {
  const { s, d } = moving()
  copy(s, d, 1, 'a')
  const facts = s.call('freeze', 1) as readonly Reply[]

  t.is(d.call('commit', 0, 1, 2, ...facts.map(String)), stale)
  t.is(d.call('commit', 0, 1, 1, ...facts.map(String)), committed)
})

test('slot calls: a copy that could not be made: does not count, and nothing is committed without it', (t) => {
  const { s, d } = moving()
  const facts = s.call('freeze', 1) as readonly Reply[]

  t.true(isError(d.call('copy', 0, 1, 0, 5, 'restore', 'a', 0, 'no dump', 'REPLACE')))
  t.is(d.call('commit', 0, 1, 1, ...facts.map(String)), stale)
})

test('slot calls: a snapshot in the midst of an entry with a refused command: the next entry is as everywhere', (t) => {
  const { s } = moving()
  s.call('freeze', 1)
  t.true(isError(s.ownership.executes(s.engine, ['mset', 'a', '2', 'b', '2'], head(1, 0)) as Reply))

  s.ownership.attach(s.engine)

  t.is(s.ownership.executes(s.engine, ['set', 'b', '3'], head(2, 0)), null)
})

test('slot calls: a group that lost what it gave last, in a new era: is not told that other slots came', (t) => {
  const d = side()
  d.call('import', 0, 9, 9, slotOfA)
  d.call('commit', 0, 9, 0, 1_000, 0)
  const s = side()
  s.run('set', 'b', '1')
  s.call('begin', 1, keySlot('b'), 5)

  t.not(d.call('import', 0, 1, 1, keySlot('b')), committed)
  t.is(d.call('import', 0, 9, 10, slotOfA), committed)
})

test('slot calls: an attempt of an era that was lost, with the same number and other slots: is not gone on with', (t) => {
  const { d } = moving()

  t.is(d.call('import', 0, 1, 1, slotOfA), begun)
  t.is(d.call('import', 0, 1, 1, `${slotOfA},${slotOfA + 1}`), stale)
  t.is(d.call('import', 0, 2, 1, slotOfA), stale)
  t.is(d.call('import', 0, 2, 2, slotOfA + 1), begun)
})

test('slot calls: a move that was closed: nothing of it begins again', (t) => {
  const s = side()

  t.is(s.call('close', 5), ok)
  t.is(s.call('begin', 1, slotOfA, 5), 0)
  t.is(s.call('begin', 1, slotOfA, 6), 1)
  t.is(s.call('close', 6), stale)
})

test('slot calls: a key that ended at one group does not come back at another whose clock is behind', (t) => {
  const [s, d] = [side(10_000), side(1_000)]
  s.run('set', 'a', '1', 'px', '5')
  s.call('begin', 1, slotOfA, 5)
  d.call('import', 0, 1, 1, slotOfA)
  copy(s, d, 1, 'a')
  const facts = s.call('freeze', 1) as readonly Reply[]

  d.call('commit', 0, 1, 1, 10_006, ...facts.slice(1).map(String))

  t.is(d.engine.keyCount(0), 0)
})

test('slot calls: an origin that had not heard of a refusal: what it sent before is refused, too', (t) => {
  const { s, d } = moving()
  s.call('freeze', 1)
  const refusal = s.ownership.refuses(s.engine, ['set', 'a', '2'], head(1, 0))
  s.ownership.closed(s.engine, head(1, 0), [refusal as Reply])
  s.call('retry', 1)
  d.call('import', 0, 1, 2, slotOfA)
  s.call('thaw', 2)

  t.true(isSlotRefusal(s.ownership.refuses(s.engine, ['set', 'a', '3'], head(2, 0)) as Reply))
  t.is(s.ownership.refuses(s.engine, ['set', 'a', '4'], head(3, 1)), null)
  t.is(s.ownership.refuses(s.engine, ['set', 'a', '4'], null), null)
  s.ownership.closed(s.engine, head(3, 1), [ok])
  t.deepEqual(s.ownership.state.refused, [])
})

test('slot calls: a command of several slots that is refused: what follows it does not pass, by any of its keys', (t) => {
  const { s } = moving()
  s.call('freeze', 1)

  const refusal = s.ownership.executes(s.engine, ['mset', 'b', '2', 'a', '2'], head(1, 0))
  t.true(isError(refusal as Reply))
  t.true(isError(s.ownership.executes(s.engine, ['get', 'b'], head(1, 0)) as Reply))
  t.is(s.ownership.executes(s.engine, ['get', 'c'], head(1, 0)), null)
  s.ownership.closed(s.engine, head(1, 0), [refusal as Reply])

  t.is(s.ownership.executes(s.engine, ['get', 'b'], { ...head(2, 0), origin: 8 }), null)
  t.true(isError(s.ownership.executes(s.engine, ['get', 'b'], head(2, 0)) as Reply))
})

test('slot calls: commands with a subcommand: refused by the keys that this has', (t) => {
  const { s } = moving()
  s.call('freeze', 1)

  for (const line of [
    ['xgroup', 'create', 'a', 'g', '0', 'mkstream'],
    ['xgroup', 'CREATE', 'a', 'g', '0', 'mkstream'],
    ['xinfo', 'stream', 'a'],
    ['object', 'encoding', 'a'],
    ['memory', 'usage', 'a'],
  ]) {
    t.true(isError(s.ownership.refuses(s.engine, line, head(1, 0)) as Reply), line.join(' '))
    const other = line.map((word) => (word === 'a' ? 'b' : word))
    t.is(s.ownership.refuses(s.engine, other, head(1, 0)), null)
  }
})

test('slot calls: scripts: refused before they run, by the keys that they name', (t) => {
  const { s } = moving()
  s.call('freeze', 1)

  for (const name of ['eval', 'evalsha', 'fcall_ro']) {
    t.true(isError(s.ownership.refuses(s.engine, [name, 'x', '2', 'b', 'a', 'v'], null) as Reply))
    t.is(s.ownership.refuses(s.engine, [name, 'x', '1', 'b', 'a'], null), null)
  }
})

test('slot calls: transactions: refused as a whole, by what they watch, too', (t) => {
  const { s } = moving()
  s.call('freeze', 1)
  const of = (watched: string, key: string): Reply | null =>
    s.ownership.refuses(
      s.engine,
      encodeTransaction({
        watched: [{ db: 0, key: watched, version: 0 }],
        calls: [{ db: 0, args: ['get', key] }],
      }),
      null,
    )

  t.true(isError(of('a', 'b') as Reply))
  t.true(isError(of('b', 'a') as Reply))
  t.is(of('b', 'b'), null)
})

test('slot calls: what changes a whole database within a script or a transaction: waits while slots are frozen', (t) => {
  const { s } = moving()
  const script = encodeOutcome({
    reply: ok,
    effects: [{ salt: 0, db: 0, args: ['flushall'] }],
    salt: 0,
  })
  const calls = [{ db: 0, args: ['flushdb'] }]
  const transaction = encodeTransaction({ watched: [], calls })

  t.is(s.ownership.refuses(s.engine, script, null), null)
  s.call('freeze', 1)

  t.true(isError(s.ownership.refuses(s.engine, script, null) as Reply))
  t.true(isError(s.ownership.refuses(s.engine, transaction, null) as Reply))
  const size = encodeTransaction({ watched: [], calls: [{ db: 0, args: ['dbsize'] }] })
  t.is(s.ownership.refuses(s.engine, size, null), null)
})

test('slot calls: databases that change places: whoever copies slots hears of it', (t) => {
  const { s } = moving()
  let count = 0
  s.engine.moving?.follow({
    touched: () => undefined,
    touchedAll: () => {
      count++
    },
  })

  s.engine.beginEntry(1_000, 0, 1)
  s.engine.execute(0, ['swapdb', '0', '1'])

  t.is(count, 1)
})

test('slot calls: state: outlives a checkpoint', (t) => {
  const { s } = moving()
  s.call('freeze', 1)
  const rows = []
  s.engine.checkpointBegin(1)
  for (;;) {
    const step = s.engine.checkpointStep(100, 100_000)
    rows.push(...step.puts)
    if (step.manifest === null) continue
    const loaded = createEngine({ databases: 16, bulkBytesMax: 1_000_000, maxMemory: 0 })
    loaded.load(rows.sort((a, b) => (a.key < b.key ? -1 : 1)))
    t.is(loaded.loadFinish(step.manifest), null)
    const ownership = new Ownership()
    ownership.attach(loaded)
    t.deepEqual(ownership.state, s.ownership.state)
    return
  }
})

const values: readonly (readonly [string, readonly (readonly string[])[]])[] = [
  ['a short text', [['set', 'a', 'x']]],
  ['a long text', [['set', 'a', 'x'.repeat(300_000)]]],
  ['a list', [['rpush', 'a', ...Array.from({ length: 900 }, (_, i) => `${i}${'y'.repeat(100)}`)]]],
  ['a set', [['sadd', 'a', ...Array.from({ length: 900 }, (_, i) => `${i}${'y'.repeat(100)}`)]]],
  [
    'a sorted set',
    [
      ['zadd', 'a', '-inf', 'low', '0.1', 'tenth', 'inf', 'high'],
      [
        'zadd',
        'a',
        ...Array.from({ length: 900 }, (_, i) => [`${i / 7}`, `m${i}${'y'.repeat(100)}`]).flat(),
      ],
    ],
  ],
  [
    'a hash with times of fields',
    [
      ['hset', 'a', ...Array.from({ length: 900 }, (_, i) => [`f${i}`, 'y'.repeat(100)]).flat()],
      ['hpexpireat', 'a', '90000', 'FIELDS', '1', 'f7'],
    ],
  ],
  [
    'a stream with a consumer group',
    [
      ['xadd', 'a', '1-1', 'f', 'v'],
      ['xgroup', 'create', 'a', 'g', '0'],
      ['xreadgroup', 'group', 'g', 'c', 'streams', 'a', '>'],
    ],
  ],
]

for (const [what, commands] of values) {
  test(`slot copy: ${what}: comes to the same, with its time to live`, (t) => {
    const [s, d] = [side(), side()]
    for (const command of commands) t.false(isError(s.run(...command)), command[0])
    s.run('pexpireat', 'a', '99999')
    s.call('begin', 1, slotOfA, 5)
    d.call('import', 0, 1, 1, slotOfA)

    t.is(copy(s, d, 1, 'a'), ok)
    const facts = s.call('freeze', 1) as readonly Reply[]
    d.call('commit', 0, 1, 1, ...facts.map(String))

    const [before, after] = [side(), d]
    for (const command of commands) before.run(...command)
    before.run('pexpireat', 'a', '99999')
    t.deepEqual(after.run('pexpiretime', 'a'), 99_999)
    t.deepEqual(after.run(...shown(what)), before.run(...shown(what)))
    if (what.includes('times')) {
      t.deepEqual(after.run('hpexpiretime', 'a', 'FIELDS', '1', 'f7'), [90_000])
    }
  })
}

for (const [what, name, width] of [
  ['a list', 'rpush', 1],
  ['a set', 'sadd', 1],
  ['a sorted set', 'zadd', 2],
  ['a hash', 'hset', 2],
] as const) {
  test(`slot copy: ${what} of long elements: goes in commands that fit into a frame`, (t) => {
    const s = side()
    const long = 'y'.repeat(100_000)
    for (let i = 0; i < 30; i++) {
      s.run(name, 'a', ...(width === 2 ? [String(i), `${i}${long}`] : [`${i}${long}`]))
    }

    const sizes = [...copyOf(s.engine, 0, 'a')].map((args) => args.join('').length)

    t.true(Math.max(...sizes) < 250_000, String(Math.max(...sizes)))
    t.true(sizes.reduce((a, b) => a + b, 0) > 3_000_000)
  })
}

/** What says that two values are the same: sets and hashes may have another order. */
function shown(what: string): readonly string[] {
  if (what.includes('hash')) return ['hvals', 'a']
  return what.includes('a set') ? ['sort', 'a', 'alpha'] : ['dump', 'a']
}

test('slot copy: a slot of very many keys: in pages, each key once, also of those that come between', (t) => {
  const s = side()
  const names = Array.from({ length: 3_000 }, (_, i) => `{a}${i}`)
  for (const name of names) s.run('set', name, '1')
  for (let i = 0; i < 500; i++) s.run('set', `other${i}`, '1')

  const found: string[] = []
  let pages = 0
  for (const page of keyPages(s.engine, 0, slotOfA)) {
    t.true(page.length < 1_000)
    found.push(...page)
    // Segments are split meanwhile.
    for (let i = 0; i < 300; i++) s.run('set', `{a}new${pages}-${i}`, '1')
    pages++
  }

  t.true(pages > 4)
  t.is(new Set(found).size, found.length)
  const missing = names.filter((name) => !found.includes(name))
  t.deepEqual(missing, [])
  t.deepEqual([...keyPages(s.engine, 1, slotOfA)], [])
})
