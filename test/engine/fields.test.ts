// Times of hash fields: what each command answers, and that fields end at their time on every replica,
// whatever was saved, loaded or undone in between.

import test from 'ava'
import type { Reply } from '../../src/api/reply.js'
import { type Engine, needsLog } from '../../src/api/engine.js'
import { MemoryEngine } from '../../src/engine/engine.js'
import { Random } from '../../src/base/random.js'
import { checkpoint, makeEngine, options, run, Storage } from './world.js'

const start = 1_000_000

/** Words parted by blanks, and the reply; an error by its text. `wait N` lets the clock go on. */
type Story = readonly (readonly [string, unknown])[]

const missing = 'ERR Mandatory argument FIELDS is missing or not at the right position'
const mismatch = 'ERR The `numfields` parameter must match the number of arguments'
const wrong = 'WRONGTYPE Operation against a key holding the wrong kind of value'
const oneOf = 'ERR Only one of EX, PX, EXAT, PXAT or'

const stories: Readonly<Record<string, Story>> = {
  'hexpire: fields there and not, a key that is not': [
    ['hset h a 1 b 2', 2],
    ['hexpire h 10 FIELDS 3 a b c', [1, 1, -2]],
    ['hexpire none 10 FIELDS 2 a b', [-2, -2]],
    ['httl h FIELDS 3 a b c', [10, 10, -2]],
    ['hpttl h fields 1 a', [10_000]],
    ['hexpiretime h FIELDS 1 a', [1010]],
    ['hpexpiretime h FIELDS 1 a', [start + 10_000]],
    ['httl none FIELDS 1 a', [-2]],
    ['wait 9999', null],
    ['hpttl h FIELDS 1 a', [1]],
    ['httl h FIELDS 1 a', [1]],
    ['wait 1', null],
    ['hget h a', null],
    ['exists h', 0],
  ],
  'hexpire: conditions': [
    ['hset h a 1 b 2', 2],
    ['hexpire h 10 XX FIELDS 1 a', [0]],
    ['hexpire h 10 GT FIELDS 1 a', [0]],
    ['hexpire h 10 LT FIELDS 1 a', [1]],
    ['hexpire h 10 LT FIELDS 1 a', [0]],
    ['hexpire h 10 gt FIELDS 1 a', [0]],
    ['hexpire h 20 GT FIELDS 2 a b', [1, 0]],
    ['hexpire h 30 NX FIELDS 2 a b', [0, 1]],
    ['hexpire h 5 xx FIELDS 2 a b', [1, 1]],
    ['httl h FIELDS 2 a b', [5, 5]],
  ],
  'hexpire: a time that is past': [
    ['hset h a 1 b 2 c 3', 3],
    ['hexpire h 0 FIELDS 1 a', [2]],
    ['hpexpireat h 999999 FIELDS 2 a b', [-2, 2]],
    ['hgetall h', ['c', '3']],
    ['hpexpire h 0 FIELDS 1 c', [2]],
    ['exists h', 0],
  ],
  'hexpire: what is refused': [
    ['set s 1', 'OK'],
    ['hexpire s 10 FIELDS 1 a', wrong],
    ['httl s FIELDS 1 a', wrong],
    ['hpersist s FIELDS 1 a', wrong],
    ['hgetdel s FIELDS 1 a', wrong],
    ['hgetex s FIELDS 1 a', wrong],
    ['hsetex s FIELDS 1 a b', wrong],
    ['hexpire h x FIELDS 1 a', 'ERR value is not an integer or out of range'],
    ['hexpire h -1 FIELDS 1 a', 'ERR invalid expire time, must be >= 0'],
    ['hexpire h 70368744178 FIELDS 1 a', "ERR invalid expire time in 'hexpire' command"],
    ['hpexpireat h 70368744177664 FIELDS 1 a', "ERR invalid expire time in 'hpexpireat' command"],
    ['hpexpireat h 70368744177663 FIELDS 1 a', [-2]],
    ['hexpire h 9223372036854775807 FIELDS 1 a', "ERR invalid expire time in 'hexpire' command"],
    ['hexpire h 10 NXX FIELDS 1 a', missing],
    ['hexpire h 10 NX XX FIELDS 1 a', missing],
    ['hexpire h 10 FIELDS 0 a', 'ERR Parameter `numFields` should be greater than 0'],
    ['hexpire h 10 FIELDS x a', 'ERR Parameter `numFields` should be greater than 0'],
    ['hexpire h 10 FIELDS 2 a', mismatch],
    ['httl h FIELD 1 a', missing],
    ['httl h FIELDS 0 a', 'ERR Number of fields must be a positive integer'],
    ['httl h FIELDS 1 a b', mismatch],
    ['hgetdel h FIELDS 3 a', mismatch],
    ['hexpire h 10 FIELDS 1', "ERR wrong number of arguments for 'hexpire' command"],
  ],
  'a field that is set anew: loses its time, one that is counted keeps it': [
    ['hset h a 1 b 2', 2],
    ['hexpire h 10 FIELDS 2 a b', [1, 1]],
    ['hset h a 5', 0],
    ['hincrby h b 5', 7],
    ['hincrbyfloat h b 0.5', '7.5'],
    ['httl h FIELDS 2 a b', [-1, 10]],
    ['hpersist h FIELDS 3 a b c', [-1, 1, -2]],
    ['httl h FIELDS 2 a b', [-1, -1]],
    ['hpersist none FIELDS 1 a', [-2]],
    ['wait 20000', null],
    ['hlen h', 2],
  ],
  'a time: goes where its hash goes': [
    ['hset h a 1 b 2', 2],
    ['hexpire h 10 FIELDS 1 a', [1]],
    ['copy h h2', 1],
    ['rename h h3', 'OK'],
    ['move h2 1', 1],
    ['httl h3 FIELDS 2 a b', [10, -1]],
    ['wait 10000', null],
    ['hgetall h3', ['b', '2']],
    ['dbsize', 1],
  ],
  hgetdel: [
    ['hset h a 1 b 2 c 3', 3],
    ['hgetdel h FIELDS 2 a x', ['1', null]],
    ['hgetdel none FIELDS 2 a x', [null, null]],
    ['hgetdel h FIELDS 3 b b c', ['2', null, '3']],
    ['exists h', 0],
  ],
  hgetex: [
    ['hset h a 1 b 2', 2],
    ['hgetex h FIELDS 2 a x', ['1', null]],
    ['httl h FIELDS 1 a', [-1]],
    ['hgetex h EX 10 FIELDS 2 a x', ['1', null]],
    ['hgetex h pxat 1000500 FIELDS 1 b', ['2']],
    ['hpttl h FIELDS 2 a b', [10_000, 500]],
    ['hgetex h PERSIST FIELDS 1 a', ['1']],
    ['httl h FIELDS 1 a', [-1]],
    ['hgetex none EX 10 FIELDS 1 a', [null]],
    ['hgetex h EX 10 PX 5 FIELDS 1 a', `${oneOf} PERSIST arguments can be specified`],
    ['hgetex h PERSIST EX 5 FIELDS 1 a', `${oneOf} PERSIST arguments can be specified`],
    ['hgetex h KEEPTTL FIELDS 1 a', 'ERR unknown argument: KEEPTTL'],
    ['hgetex h EX -1 FIELDS 1 a', 'ERR invalid expire time, must be >= 0'],
    ['hgetex h EX x FIELDS 1 a', 'ERR value is not an integer or out of range'],
    ['hgetex h FIELDS 0 a', 'ERR invalid number of fields'],
    ['hgetex h FIELDS 2 a', "ERR wrong number of arguments for 'hgetex' command"],
    ['hgetex h EXAT 1 FIELDS 2 a b', ['1', '2']],
    ['exists h', 0],
  ],
  hsetex: [
    ['hsetex h FXX FIELDS 1 a 1', 0],
    ['exists h', 0],
    ['hsetex h FIELDS 2 a 1 b 2', 1],
    ['hsetex h FNX FIELDS 2 a 9 c 9', 0],
    ['hsetex h fnx EX 10 FIELDS 1 c 3', 1],
    ['hsetex h FXX KEEPTTL FIELDS 2 a 5 c 4', 1],
    ['hgetall h', ['a', '5', 'b', '2', 'c', '4']],
    ['httl h FIELDS 3 a b c', [-1, -1, 10]],
    ['hsetex h FIELDS 1 c 6', 1],
    ['httl h FIELDS 1 c', [-1]],
    ['hsetex h FXX FXX FIELDS 1 a 1', 'ERR Only one of FXX or FNX arguments can be specified'],
    ['hsetex h EX 1 KEEPTTL FIELDS 1 a 1', `${oneOf} KEEPTTL arguments can be specified`],
    ['hsetex h NX FIELDS 1 a 1', 'ERR unknown argument: NX'],
    ['hsetex h FIELDS 2 a 1 b', "ERR wrong number of arguments for 'hsetex' command"],
    ['hsetex h FIELDS x a 1', 'ERR invalid number of fields'],
    ['hsetex h PXAT 1 FIELDS 3 a 1 b 2 c 3', 1],
    ['exists h', 0],
  ],
}

function plain(reply: Reply): unknown {
  if (typeof reply !== 'object' || reply === null || !('type' in reply)) return reply
  if (reply.type === 'map') return reply.pairs
  return 'text' in reply ? reply.text : reply
}

for (const [name, story] of Object.entries(stories)) {
  test(`fields: ${name}: answers as documented`, (t) => {
    const engine = makeEngine(start)
    let clock = start

    for (const [line, expected] of story) {
      const words = line.split(' ')
      if (words[0] === 'wait') {
        clock += Number(words[1])
        engine.beginEntry(clock, 1, 2)
      } else t.deepEqual(plain(run(engine, words)), expected, line)
    }
  })
}

test('fields: events: one of each kind for a command, the key goes last', (t) => {
  const events: string[] = []
  const engine = new MemoryEngine(options, {
    changed: (event, _db, key) => events.push(`${event} ${key}`),
    created: () => {},
    missed: () => {},
    cleared: () => {},
  })
  engine.beginEntry(start, 1, 2)
  const lines = [
    'hsetex h EX 10 FIELDS 4 a 1 b 2 c 3 d 4',
    'hexpire h 20 FIELDS 2 a b',
    'hpersist h FIELDS 1 a',
    'hexpireat h 1 FIELDS 1 a',
    'hgetdel h FIELDS 1 b',
  ]
  for (const line of lines) run(engine, line.split(' '))
  engine.beginEntry(start + 10_000, 1, 2)

  t.is(engine.expireDue(1), 1)
  t.is(run(engine, ['hget', 'h', 'd']), null)
  t.deepEqual(events, [
    'hset h',
    'hexpire h',
    'hexpire h',
    'hpersist h',
    'hdel h',
    'hdel h',
    'hexpired h',
    'hexpired h',
    'del h',
  ])
})

test('fields: reads of a field past its time: need the log once, then it is gone', (t) => {
  const engine = makeEngine(start)
  run(engine, ['hset', 'h', 'a', '1', 'b', '2'])
  run(engine, ['hpexpire', 'h', '100', 'FIELDS', '1', 'a'])

  t.is(engine.nextExpiry(), start + 100)
  t.is(engine.read(0, ['hget', 'h', 'a'], start + 99), '1')
  t.is(engine.read(0, ['hget', 'h', 'a'], start + 100), needsLog)
  t.is(engine.read(0, ['hlen', 'h'], start + 100), needsLog)
  engine.beginEntry(start + 100, 1, 2)
  t.is(engine.read(0, ['hget', 'h', 'a'], start + 100), needsLog)
  t.is(run(engine, ['hget', 'h', 'a']), null)
  t.is(engine.read(0, ['hget', 'h', 'a'], start + 100), null)
  t.is(engine.read(0, ['hlen', 'h'], start + 200), 1)
  t.is(engine.nextExpiry(), null)
})

test('fields: thousands due at once in one hash: go by the bound, earliest hash first', (t) => {
  const engine = makeEngine(start)
  const fields = Array.from({ length: 5_000 }, (_, i) => `f${i}`)
  run(engine, ['hset', 'big', 'stays', '1', ...fields.flatMap((field) => [field, 'x'])])
  run(engine, ['hpexpire', 'big', '50', 'FIELDS', '5000', ...fields])
  run(engine, ['hset', 'a', 'x', '1'])
  run(engine, ['hpexpire', 'a', '40', 'FIELDS', '1', 'x'])
  const before = engine.memoryBytes
  engine.beginEntry(start + 60, 1, 2)

  t.is(engine.expireDue(256), 256)
  t.is(engine.keyCount(0), 1)
  let count = 256
  for (let more = engine.expireDue(256); more > 0; more = engine.expireDue(256)) count += more
  t.is(count, 5_001)
  t.deepEqual(plain(run(engine, ['hgetall', 'big'])), ['stays', '1'])
  t.is(engine.nextExpiry(), null)
  t.true(engine.memoryBytes < before / 100)
})

/** Field to value and time. */
type Cells = Map<string, { text: string; at: number | null }>

class Twin {
  readonly #hashes = new Map<string, Cells>()
  now = start

  run(line: readonly string[]): unknown {
    const [name = '', key = '', ...rest] = line
    this.#expire()
    const cells = this.#hashes.get(key)
    const reply = this.#answer(name, { key, cells, rest })
    if (cells?.size === 0) this.#hashes.delete(key)
    return reply
  }

  #answer(
    name: string,
    { key, cells, rest }: { key: string; cells: Cells | undefined; rest: readonly string[] },
  ): unknown {
    const [field = '', text = ''] = rest
    switch (name) {
      case 'hset': {
        const made: Cells = cells ?? new Map()
        this.#hashes.set(key, made)
        const isNew = !made.has(field)
        made.set(field, { text, at: null })
        return isNew ? 1 : 0
      }
      case 'hdel':
        return cells?.delete(field) === true ? 1 : 0
      case 'hget':
        return cells?.get(field)?.text ?? null
      case 'hlen':
        return cells?.size ?? 0
      case 'hpexpire': {
        const cell = cells?.get(rest.at(-1) as string)
        if (cell !== undefined) cell.at = this.now + Number(field)
        return [cell === undefined ? -2 : 1]
      }
      case 'hpersist': {
        const cell = cells?.get(rest.at(-1) as string)
        const code = cell === undefined ? -2 : cell.at === null ? -1 : 1
        if (cell !== undefined) cell.at = null
        return [code]
      }
      case 'hpttl': {
        const cell = cells?.get(rest.at(-1) as string)
        return [cell === undefined ? -2 : cell.at === null ? -1 : cell.at - this.now]
      }
      case 'rename':
        if (cells === undefined) return 'ERR no such key'
        this.#hashes.delete(key)
        this.#hashes.set(field, cells)
        return 'OK'
      default:
        return this.#hashes.delete(key) ? 1 : 0
    }
  }

  #expire(): void {
    for (const [key, cells] of this.#hashes) {
      for (const [field, { at }] of cells) if (at !== null && at <= this.now) cells.delete(field)
      if (cells.size === 0) this.#hashes.delete(key)
    }
  }
}

const keys = ['h', 'g', '__proto__', '{h}big']

function draw(random: Random): string[] {
  const key = random.pick(keys)
  const field = random.chance(1, 30)
    ? '__proto__'
    : `f${random.below(key === '{h}big' ? 2_000 : 30)}`
  switch (random.below(14)) {
    case 0:
      return ['hdel', key, field]
    case 1:
      return ['hget', key, field]
    case 2:
      return ['hlen', key]
    case 3:
    case 4:
    case 5:
      return ['hpexpire', key, String(1 + random.below(400)), 'FIELDS', '1', field]
    case 6:
      return ['hpersist', key, 'FIELDS', '1', field]
    case 7:
      return ['hpttl', key, 'FIELDS', '1', field]
    case 8:
      return random.chance(1, 20) ? ['rename', key, random.pick(keys)] : ['hget', key, field]
    case 9:
      return random.chance(1, 60) ? ['del', key] : ['hlen', key]
    default:
      return ['hset', key, field, 'v'.repeat(random.below(90))]
  }
}

for (let seed = 1; seed <= 4; seed++) {
  test(`fields: random commands, loads and undone scripts (seed ${seed}): answers as an obvious twin`, (t) => {
    const random = new Random(seed)
    const twin = new Twin()
    const storage = new Storage()
    let engine: Engine = makeEngine(start)
    let other: Engine = makeEngine(start)
    const both = (change: (engine: Engine) => unknown): void => {
      change(engine)
      change(other)
    }

    for (let i = 1; i <= 9_000; i++) {
      const line = draw(random)
      const { now } = twin
      t.deepEqual(plain(run(engine, line)), twin.run(line), `${i}: ${line.join(' ')} at ${now}`)
      run(other, line)
      if (random.chance(1, 8)) {
        twin.now += random.below(30)
        both((each) => each.beginEntry(twin.now, i, 2))
      }
      if (random.chance(1, 20)) {
        const bound = 1 + random.below(40)
        both((each) => each.expireDue(bound))
      }
      if (random.chance(1, 200)) undone(engine, random)
      if (i % 1500 !== 0) continue
      checkpoint(engine, storage, i)
      const restored = storage.restore(5) as Engine
      t.deepEqual(restored.digest(), engine.digest())
      t.deepEqual(restored.digest(), other.digest())
      t.is(restored.memoryBytes, engine.memoryBytes)
      other = engine
      engine = restored
      both((each) => each.beginEntry(twin.now, i, 2))
    }
  })
}

/** Runs some commands and takes them back. */
function undone(engine: Engine, random: Random): void {
  engine.scripting?.speculate()
  for (let i = random.below(40); i >= 0; i--) engine.scripting?.execute(0, draw(random))
  engine.scripting?.undo()
}
