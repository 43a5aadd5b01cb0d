// The engine as the shard sees it: entries and reads, time, steps, limits, and what must stay equal.

import test from 'ava'
import { type Engine, later, needsLog } from '../../src/api/engine.js'
import { hashString } from '../../src/base/hash.js'
import { Random } from '../../src/base/random.js'
import { makeEngine, run, runAll } from './world.js'

const words = [
  '',
  '0',
  '-1',
  '1',
  '5',
  'x',
  '*',
  '[',
  '__proto__',
  'constructor',
  'NX',
  'EX',
  'GET',
  'COUNT',
  'MATCH',
  'DB',
  'IDX',
  'LEN',
  '9223372036854775807',
  '-9223372036854775808',
  '1e400',
  'inf',
  'nan',
  '\0\xff',
  'sync',
]

function fill(engine: Engine, count: number): void {
  for (let i = 0; i < count; i++) run(engine, ['set', `key${i}`, `value${i}`])
}

test('engine: unknown command, wrong count of arguments, database out of range: one error each', (t) => {
  const engine = makeEngine()

  const text = (db: number, ...line: string[]): unknown =>
    (engine.execute(db, line) as { text: string }).text

  t.is(text(0, 'nope', 'a'), "ERR unknown command 'nope', with args beginning with: 'a' ")
  t.is(text(0, 'get'), "ERR wrong number of arguments for 'get' command")
  t.is(text(0, 'get', 'a', 'b'), "ERR wrong number of arguments for 'get' command")
  t.is(text(16, 'get', 'a'), 'ERR DB index is out of range')
  t.is(text(0), "ERR unknown command '', with args beginning with: ")
})

test('engine: any bytes to any command: it answers and never throws', (t) => {
  const engine = makeEngine(1_000_000, { bulkBytesMax: 100_000 })
  const random = new Random(7)
  const names = [...engine.commands.keys()]

  for (let i = 0; i < 30_000; i++) {
    const line = [random.pick(names)]
    for (let count = random.below(6); count > 0; count--) line.push(random.pick(words))
    t.not(run(engine, line, 50, random.below(3)), undefined)
  }

  t.is((Object.prototype as Record<string, unknown>)['NX'], undefined)
})

test('engine: equal entries and different reads: equal digests', (t) => {
  const one = makeEngine()
  const other = makeEngine()
  const random = new Random(4)

  for (let i = 0; i < 3000; i++) {
    const line = [random.pick(['set', 'append', 'del', 'incr']), `k${random.below(200)}`]
    if (line[0] === 'set' || line[0] === 'append') line.push(`v${i}`)
    if (i % 7 === 0) line.splice(0, 9, 'pexpire', `k${random.below(200)}`, '30')
    for (const engine of [one, other]) {
      engine.beginEntry(1_000_000 + i, i, 9)
      run(engine, line)
    }
    one.read(0, ['randomkey'], 1_000_000 + i)
    one.read(0, ['get', `k${i % 200}`], 1_000_010 + i)
    one.read(0, ['scan', '0'], 1_000_000 + i)
  }

  t.deepEqual(one.digest(), other.digest())
})

test('engine: a changed value, time, order or clock: another digest', (t) => {
  const lines: readonly (readonly string[])[] = [
    ['set {t}a 1', 'set {t}b 2'],
    ['set {t}b 2', 'set {t}a 1'],
    ['set {t}a 1', 'set {t}b 3'],
    ['set {t}a 1', 'set {t}b 2', 'pexpire {t}a 1000'],
    ['set {t}a 1', 'set {t}b 2', 'pexpire {t}a 1001'],
    ['set {t}a 1', 'set {t}b 2', 'set {t}b 2'],
  ]

  const digests = lines.map((list) => {
    const engine = makeEngine()
    runAll(engine, ...list)
    return JSON.stringify(engine.digest())
  })
  const late = makeEngine(2_000_000)
  runAll(late, ...(lines[0] as string[]))

  t.is(new Set([...digests, JSON.stringify(late.digest())]).size, lines.length + 1)
})

test('read: a key past its time by the wall only: needs the log', (t) => {
  const engine = makeEngine(1000)
  runAll(engine, 'set a 1 px 100', 'set b 2')

  t.is(engine.read(0, ['get', 'a'], 1099), '1')
  t.is(engine.read(0, ['get', 'a'], 1100), needsLog)
  t.is(engine.read(0, ['get', 'b'], 1100), '2')
  t.is(engine.read(0, ['keys', '*'], 1100), needsLog)
  t.deepEqual(engine.read(0, ['mget', 'b', 'b'], 1100), ['2', '2'])
  t.is(engine.read(0, ['exists', 'b', 'a'], 1100), needsLog)
  t.is(engine.read(0, ['scan', '0'], 1100), needsLog)
  t.is(engine.read(0, ['ttl', 'a'], 1100), needsLog)
  t.is(engine.keyCount(0), 2)
})

test('read: a key past its time by the clock: is not there and stays where it is', (t) => {
  const engine = makeEngine(1000)
  runAll(engine, 'set a 1 px 100')
  engine.beginEntry(1100, 1, 2)

  const digest = engine.digest()

  t.is(engine.read(0, ['get', 'a'], 1100), null)
  t.is(engine.read(0, ['randomkey'], 1100), null)
  t.deepEqual(engine.digest(), digest)
  t.is(engine.keyCount(0), 1)
})

test('expiry: due keys: go in the order of time, then of key, up to the bound', (t) => {
  const engine = makeEngine(1000)
  runAll(engine, 'set c 1 px 10', 'set a 1 px 10', 'set b 1 px 5', 'set d 1 px 900')
  engine.execute(3, ['set', 'z', '1', 'px', '1'])
  t.is(engine.nextExpiry(), 1001)
  engine.beginEntry(1500, 1, 2)

  t.is(engine.expireDue(3), 3)

  t.deepEqual(run(engine, ['keys', '*']), ['d'])
  t.is(engine.keyCount(0), 2)
  t.is(engine.expireDue(100), 1)
  t.is(engine.nextExpiry(), 1900)
  t.is(engine.expiresCount(0), 1)
  t.is(engine.averageTtl(0), 400)
  t.is(engine.counters.expired, 4)
})

test('clock: an earlier stamp: does not turn it back', (t) => {
  const engine = makeEngine(1000)

  engine.beginEntry(900, 1, 2)

  t.is(engine.clock, 1000)
})

for (const budget of [1, 3, 1000]) {
  test(`steps: long commands with a budget of ${budget}: answer as in one go`, (t) => {
    const stepped = makeEngine()
    const whole = makeEngine()
    const count = 2500
    const keys = Array.from({ length: count }, (_, i) => `key${i}`)
    const lines: readonly (readonly string[])[] = [
      ['mset', ...keys.flatMap((key, i) => [key, String(i)])],
      ['mget', ...keys, 'none'],
      ['exists', ...keys, ...keys],
      ['keys', 'key1*'],
      ['scan', '0', 'count', '100000'],
      ['scan', '0', 'count', '2400', 'match', '*7'],
      ['set', 'left', 'abcdefghij'.repeat(12)],
      ['set', 'right', 'bdfhjaceg'.repeat(11)],
      ['lcs', 'left', 'right'],
      ['lcs', 'left', 'right', 'idx', 'withmatchlen'],
      ['msetnx', ...keys.flatMap((key) => [key, 'x'])],
      ['msetnx', ...keys.flatMap((key) => [`n${key}`, 'x'])],
      ['touch', ...keys],
      ['unlink', ...keys.slice(0, 2400)],
      ['del', ...keys],
    ]
    let isStepped = false

    for (const line of lines) {
      const first = stepped.execute(0, line)
      let reply = first
      if (first === later) isStepped = true
      while (reply === later) reply = stepped.step(budget)
      t.deepEqual(reply, run(whole, line, 1e9))
    }

    t.true(isStepped)
    t.deepEqual(stepped.digest(), whole.digest())
  })
}

test('scan: keys added and removed while it goes, over splits and merges: every key that stays is found', (t) => {
  for (let seed = 1; seed <= 5; seed++) {
    const engine = makeEngine()
    const random = new Random(seed)
    const stays = new Set<string>()
    for (let i = 0; i < 3000; i++) {
      const key = random.chance(1, 3) ? `stay{t}${i}` : `go{t}${i}`
      if (key.startsWith('stay')) stays.add(key)
      run(engine, ['set', key, 'v'])
    }
    const found = new Set<string>()
    let cursor = '0'
    let pages = 0
    do {
      const page = run(engine, ['scan', cursor, 'count', '20']) as [string, string[]]
      cursor = page[0]
      for (const key of page[1]) found.add(key)
      t.true(Number.isSafeInteger(Number(cursor)))
      for (let i = 0; i < 30; i++) {
        const number = random.below(6000)
        const line = pages % 60 < 30 ? ['del', `go{t}${number}`] : ['set', `go{t}${number}`, 'v']
        run(engine, line)
      }
      pages++
    } while (cursor !== '0' && pages < 100_000)

    for (const key of stays) t.true(found.has(key), key)
  }
})

test('scan: nothing changes: every key once, pages of about the count', (t) => {
  const engine = makeEngine()
  fill(engine, 5000)
  const found: string[] = []
  let cursor = '0'

  do {
    const page = run(engine, ['scan', cursor, 'count', '100']) as [string, string[]]
    cursor = page[0]
    found.push(...page[1])
    t.true(page[1].length <= 105)
  } while (cursor !== '0')

  t.is(found.length, 5000)
  t.is(new Set(found).size, 5000)
})

test('randomkey: many draws: every key comes, none much more often', (t) => {
  const engine = makeEngine()
  for (let i = 0; i < 20; i++) run(engine, ['set', i < 10 ? `{t}${i}` : `k${i}`, 'v'])
  const counts = new Map<string, number>()

  for (let i = 0; i < 4000; i++) {
    const key = engine.read(0, ['randomkey'], 1) as string
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }

  t.is(counts.size, 20)
  for (const count of counts.values()) t.true(count > 100 && count < 320, String(count))
})

test('memory: above the limit: commands that may grow are refused, others go on', (t) => {
  const engine = makeEngine(1000, { maxMemory: 2000 })
  let reply: unknown
  for (let i = 0; i < 100; i++) reply = run(engine, ['set', `key${i}`, 'x'.repeat(50)])
  const keys = engine.keyCount(0)

  t.like(reply, { text: "OOM command not allowed when used memory > 'maxmemory'." })
  t.is(run(engine, ['get', 'key0']), 'x'.repeat(50))
  t.is(run(engine, ['del', 'key0', 'key1']), 2)
  t.is(engine.keyCount(0), keys - 2)
})

test('memory: everything removed again: nothing is accounted', (t) => {
  const engine = makeEngine()
  fill(engine, 3000)
  runAll(
    engine,
    'set a 1 px 500',
    'expire key1 100',
    'append key2 abc',
    'copy key3 z db 5',
    'rename key4 y',
  )
  t.true(engine.memoryBytes > 3000 * 80)

  for (let i = 0; i < 3000; i++) run(engine, ['del', `key${i}`, 'a', 'y'])
  t.true(engine.memoryBytes > 0)
  runAll(engine, 'flushall')

  t.is(engine.memoryBytes, 0)
  t.is(engine.nextExpiry(), null)
})

test('versions: each write raises its slot, reads and refused writes do not', (t) => {
  const engine = makeEngine()
  const slot = 15495
  const steps: readonly (readonly [string, boolean])[] = [
    ['set a 1', true],
    ['get a', false],
    ['set a 2 nx', false],
    ['incr a', true],
    ['expire a 100', true],
    ['persist a', true],
    ['persist a', false],
    ['flushall', true],
    ['flushall', false],
    ['del a', false],
  ]

  for (const [line, raises] of steps) {
    const before = engine.slotVersion(slot)
    runAll(engine, line)
    t.is(engine.slotVersion(slot) > before, raises, line)
  }
})

test('keys: names of object properties: are keys like any other', (t) => {
  const engine = makeEngine()
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf']

  for (const name of names) run(engine, ['set', name, name])

  for (const name of names) t.is(run(engine, ['get', name]), name)
  t.is(engine.keyCount(0), names.length)
  t.is(run(engine, ['del', ...names]), names.length)
})

/** Keys of one slot whose hash has the same first eight bits. */
function crowded(count: number): string[] {
  const keys: string[] = []
  for (let i = 0; keys.length < count; i++) {
    const key = `{t}${i.toString(36)}`
    if (hashString(key) >>> 24 === 7) keys.push(key)
  }
  return keys
}

/**
 * 2^`stages` keys of one hash: two blocks that lead from one inner state to another are found for each
 * stage, and any choice of blocks then has the same end.
 */
function colliding(stages: number): string[] {
  const prefix = '{t}'
  const length = prefix.length + stages * 4
  let state = advance(0x811c9dc5 ^ length, prefix)
  let keys = [prefix]
  for (let stage = 0; stage < stages; stage++) {
    const seen = new Map<number, string>()
    for (let i = 0; ; i++) {
      const block = i.toString(36).padStart(4, '0')
      const next = advance(state, block)
      const other = seen.get(next)
      seen.set(next, block)
      if (other === undefined) continue
      keys = keys.flatMap((key) => [key + other, key + block])
      state = next
      break
    }
  }
  return keys
}

function advance(state: number, text: string): number {
  let h = state
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return h
}

for (const [name, keys] of [
  ['crowd in one range of hashes', crowded(1500)],
  ['have one hash', colliding(11)],
] as const) {
  test(`segments: keys crafted to ${name}: every operation still answers`, (t) => {
    const engine = makeEngine()
    t.is(new Set(keys.map((key) => hashString(key) >>> 24)).size, 1)

    for (const key of keys) run(engine, ['set', key, 'v'])

    t.is(run(engine, ['exists', ...keys]), keys.length)
    let found = 0
    let cursor = '0'
    do {
      const page = run(engine, ['scan', cursor, 'count', '50']) as [string, string[]]
      cursor = page[0]
      found += page[1].length
    } while (cursor !== '0')
    t.is(found, keys.length)
    t.is(run(engine, ['del', ...keys]), keys.length)
    t.is(engine.keyCount(0), 0)
  })
}
