// The checker is itself checked: on histories written by hand, and against its brute-force twin.

import test from 'ava'
import { Random } from '../../src/base/random.js'
import { isLinearizableByForce } from './brute-force.js'
import { checkKey, type Operation } from './linearizable.js'
import { applyCommand, type Register } from './register.js'

/** `command @ from-to = reply`; `?` for an unknown outcome, e.g. `set x a @ 1-? = ?`. */
function history(...lines: readonly string[]): readonly Operation[] {
  return lines.map((line, id) => {
    const [command = '', from = '', to = '', reply = ''] = (
      /^(.*) @ (\d+)-(\d+|\?) = (.*)$/.exec(line) ?? []
    ).slice(1)
    return {
      id,
      args: command.split(' '),
      invoked: Number(from),
      returned: to === '?' ? Infinity : Number(to),
      reply: reply === '?' ? null : reply,
      after: -1,
    }
  })
}

const good: Readonly<Record<string, readonly string[]>> = {
  'an empty history': [],
  'a write then a read': ['set k a @ 1-2 = +OK', 'get k @ 3-4 = $a'],
  'a read during a write sees the old value': ['set k a @ 1-4 = +OK', 'get k @ 2-3 = _'],
  'a read during a write sees the new value': ['set k a @ 1-4 = +OK', 'get k @ 2-3 = $a'],
  'an unknown write that is seen late': [
    'set k a @ 1-? = ?',
    'get k @ 5-6 = _',
    'get k @ 7-8 = $a',
  ],
  'an unknown write that never happens': ['set k a @ 1-? = ?', 'get k @ 5-6 = _'],
  'an unknown write between two known ones': [
    'set k a @ 1-? = ?',
    'set k b @ 2-3 = +OK',
    'get k @ 4-5 = $a',
    'get k @ 6-7 = $a',
  ],
  'increments that overlap': [
    'incr k @ 1-9 = :2',
    'incr k @ 2-8 = :1',
    'incr k @ 3-7 = :3',
    'get k @ 10-11 = $3',
  ],
  'an error that the state explains': [
    'set k a @ 1-2 = +OK',
    'incr k @ 3-4 = -ERR value is not an integer or out of range',
  ],
  'a value whose time is over': [
    'set k a @ 1-2 = +OK',
    'lapse k a @ 1-? = ?',
    'get k @ 3-4 = $a',
    'get k @ 5-6 = _',
  ],
  'setnx lost against a write at the same time': [
    'set k a @ 1-5 = +OK',
    'setnx k b @ 2-4 = :0',
    'getdel k @ 6-7 = $a',
    'setnx k c @ 8-9 = :1',
  ],
}

const bad: Readonly<Record<string, readonly string[]>> = {
  'a stale read': ['set k a @ 1-2 = +OK', 'set k b @ 3-4 = +OK', 'get k @ 5-6 = $a'],
  'a lost update': ['incr k @ 1-5 = :1', 'incr k @ 2-6 = :1'],
  'a doubled increment': ['incr k @ 1-2 = :1', 'get k @ 3-4 = $2'],
  'an unknown increment applied twice': ['incr k @ 1-? = ?', 'get k @ 3-4 = $2'],
  'a doubled append': ['append k a @ 1-2 = :1', 'get k @ 3-4 = $aa'],
  'a phantom value': ['set k a @ 1-2 = +OK', 'get k @ 3-4 = $b'],
  'a lost acknowledged write': ['set k a @ 1-2 = +OK', 'get k @ 3-4 = _'],
  'an unknown write that appears, goes and comes back': [
    'set k a @ 1-2 = +OK',
    'set k b @ 3-? = ?',
    'get k @ 4-5 = $b',
    'get k @ 6-7 = $a',
  ],
  'reads that go back in time during one write': [
    'set k a @ 1-9 = +OK',
    'get k @ 2-3 = $a',
    'get k @ 4-5 = _',
  ],
  'a value that comes back after its time': [
    'set k a @ 1-2 = +OK',
    'lapse k a @ 1-? = ?',
    'get k @ 3-4 = _',
    'get k @ 5-6 = $a',
  ],
  'two winners of setnx': ['setnx k a @ 1-5 = :1', 'setnx k b @ 2-6 = :1'],
  'a value taken twice': ['set k a @ 1-2 = +OK', 'getdel k @ 3-8 = $a', 'getdel k @ 4-7 = $a'],
}

for (const [name, lines] of Object.entries(good)) {
  test(`checker: ${name}: linearizable`, (t) => {
    t.is(checkKey(history(...lines)).kind, 'linearizable')
  })
}

for (const [name, lines] of Object.entries(bad)) {
  test(`checker: ${name}: violation`, (t) => {
    t.is(checkKey(history(...lines)).kind, 'violation')
  })
}

test('checker: pipelined on one connection: the order of the connection binds', (t) => {
  const free = history('set k a @ 1-9 = +OK', 'set k b @ 1-9 = +OK', 'get k @ 10-11 = $a')
  const bound = free.map((op) => (op.id === 1 ? { ...op, after: 0 } : op))

  t.is(checkKey(free).kind, 'linearizable')
  t.is(checkKey(bound).kind, 'violation')
})

test('checker: too many configurations: undecided instead of endless', (t) => {
  const lines: string[] = []
  for (let n = 0; n < 40; n++) lines.push(`append k ${n}; @ 1-? = ?`)
  lines.push('get k @ 50-51 = $never')

  t.is(checkKey(history(...lines), { bound: 5_000 }).kind, 'undecided')
})

test('checker: small random histories: agrees with the brute-force twin', (t) => {
  const random = new Random(7)
  const seen = { linearizable: 0, violation: 0, undecided: 0 }
  for (let round = 0; round < 3_000; round++) {
    const made = randomHistory(random)
    const verdict = checkKey(made)
    seen[verdict.kind]++
    t.is(verdict.kind === 'linearizable', isLinearizableByForce(made), JSON.stringify(made))
  }
  t.is(seen.undecided, 0)
  t.true(seen.linearizable > 300 && seen.violation > 300, JSON.stringify(seen))
})

/** Operations that took effect one by one, with widened times, and at times one reply altered. */
function randomHistory(random: Random): readonly Operation[] {
  const commands = [
    'get',
    'set',
    'incr',
    'append',
    'setnx',
    'getdel',
    'getset',
    'del',
    'strlen',
    'setxx',
  ]
  const count = random.between(2, 7)
  let state: Register = null
  const made: Operation[] = []
  for (let id = 0; id < count; id++) {
    const args = [random.pick(commands), 'k', String(random.below(3))]
    const result = applyCommand(state, args)
    const unknown = random.chance(1, 5)
    if (!unknown || random.chance(1, 2)) state = result.state
    made.push({
      id,
      args,
      invoked: id * 10 - random.below(25),
      returned: unknown ? Infinity : id * 10 + 1 + random.below(25),
      reply: unknown ? null : result.reply,
      after: id > 0 && random.chance(1, 4) ? id - 1 : -1,
    })
  }
  if (random.chance(1, 2)) {
    const at = random.below(count)
    const other = made[random.below(count)] as Operation
    made[at] = { ...(made[at] as Operation), args: other.args }
  }
  return made
}
