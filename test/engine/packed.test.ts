// Cold small containers stand packed, and nobody can tell: engines that keep none unpacked, one, or all answer alike,
// hold the same and write the same rows.

import test from 'ava'
import { plantBug } from '../../src/base/seeded-bug.js'
import { createEngine } from '../../src/engine/engine.js'
import type { Engine } from '../../src/api/engine.js'
import { keySlot } from '../../src/base/keyslot.js'
import { Random } from '../../src/base/random.js'
import { draws } from './merge-commands.js'
import { checkpoint, options, run, Storage } from './world.js'

const kept = [0, 1, 3, Number.POSITIVE_INFINITY] as const
const start = 1_800_000_000_000
const slot = keySlot('h0{t}')

/** A command and its database. */
interface Line {
  readonly db: number
  readonly args: readonly string[]
}

const names = Object.keys(draws)

function draw(random: Random): Line {
  const roll = random.below(40)
  if (roll === 0) return { db: 0, args: ['swapdb', '0', '1'] }
  if (roll < 4) return { db: 0, args: wide(random) }
  if (roll < 12) return { db: random.below(2), args: read(random) }
  const drawn = (draws[random.pick(names)] as (random: Random) => readonly string[])(random)
  const isAt = drawn[0]?.startsWith('@') === true
  return { db: isAt ? Number(drawn[0]?.slice(1)) : 0, args: isAt ? drawn.slice(1) : drawn }
}

/** So much that a container gets parts of its own, or loses them again. */
function wide(random: Random): string[] {
  const from = random.below(2000)
  const some = Array.from({ length: 100 + random.below(500) }, (_, i) => `w${from + i}`)
  switch (random.below(8)) {
    case 0:
      return ['hset', 'h0{t}', ...some.flatMap((each) => [each, each])]
    case 1:
      return ['hdel', 'h0{t}', ...some]
    case 2:
      return ['sadd', 'e0{t}', ...some]
    case 3:
      return ['srem', 'e0{t}', ...some]
    case 4:
      return ['zadd', 'z0{t}', ...some.flatMap((each, i) => [String(i % 7), each])]
    case 5:
      return ['zremrangebyrank', 'z0{t}', '0', String(some.length)]
    case 6:
      return ['rpush', 'l0{t}', ...some]
    default:
      return ['ltrim', 'l0{t}', String(random.below(300)), '400']
  }
}

/** Of those that look at what is packed where it stands, also at a wrong type. */
function look(random: Random): string[] {
  const key = `${random.pick(['h', 'l', 'e', 'z', 's', 'none'])}${random.below(2)}{t}`
  const name = random.pick(['n0', 'n1', 'n2', 'n3', 'n4', 'w7', ''])
  const few = Array.from({ length: 1 + random.below(14) }, (_, i) => `n${i}`)
  return random.pick([
    ['hget', key, name],
    ['hexists', key, name],
    ['hstrlen', key, name],
    ['hmget', key, ...few],
    ['hlen', key],
    ['hkeys', key],
    ['hvals', key],
    ['hgetall', key],
    ['scard', key],
    ['sismember', key, name],
    ['zcard', key],
    ['llen', key],
    ['exists', key, 'h0{t}'],
    ['touch', key],
    ['type', key],
    ['ttl', key],
    ['pexpiretime', key],
  ])
}

function read(random: Random): string[] {
  const at = String(random.below(2))
  if (random.chance(1, 2)) return look(random)
  switch (random.below(9)) {
    case 0:
      return ['hgetall', `h${at}{t}`]
    case 1:
      return ['lrange', `l${at}{t}`, '0', '-1']
    case 2:
      return ['zrange', `z${at}{t}`, '0', '-1', 'WITHSCORES']
    case 3:
      return ['smembers', `e${at}{t}`]
    case 4:
      return ['scan', '0', 'COUNT', '1000', 'TYPE', random.pick(['hash', 'set', 'list', 'zset'])]
    case 5:
      return ['memory', 'usage', `h${at}{t}`]
    case 6:
      return ['object', 'encoding', `${random.pick(['h', 'l', 'e', 'z'])}${at}{t}`]
    case 7:
      return ['sunion', 'e0{t}', 'e1{t}']
    default:
      return ['randomkey']
  }
}

function rowsOf(storage: Storage): unknown {
  return [storage.sorted(), storage.manifest]
}

for (let seed = 1; seed <= 16; seed++) {
  test(`packed: random commands in one order: nobody can tell (seed ${seed})`, (t) => {
    const random = new Random(seed, 77)
    const engines = kept.map((unpackedMax) => createEngine({ ...options, unpackedMax }))
    const storages = engines.map(() => new Storage())
    let number = 0
    let isOpen = false
    for (let i = 0; i < 700; i++) {
      const lines = Array.from({ length: 1 + random.below(3) }, () => draw(random))
      const stamp = start + i * random.below(20_000)
      const isTried = random.chance(1, 12)
      const replies = engines.map((engine) => {
        engine.beginEntry(stamp, i, seed)
        if (isTried) engine.scripting?.speculate()
        const given = lines.map(({ db, args }) => run(engine, args, 3, db))
        if (isTried) engine.scripting?.undo()
        engine.expireDue(2)
        return given
      })
      replies
        .slice(1)
        .forEach((each, at) =>
          t.deepEqual(each, replies[0], `${kept[at + 1]} ${JSON.stringify(lines)}`),
        )
      if (!isOpen && random.chance(1, 40)) {
        number++
        isOpen = true
        for (const engine of engines) engine.checkpointBegin(number)
      } else if (isOpen && random.chance(1, 3)) {
        const steps = engines.map((engine) => engine.checkpointStep(2, 1000))
        for (const each of steps.slice(1)) t.deepEqual(each, steps[0])
        steps.forEach((step, at) => {
          const storage = storages[at] as Storage
          storage.put(step.puts)
          if (step.manifest !== null) storage.manifest = step.manifest
        })
        if (steps[0]?.manifest !== null) {
          for (const engine of engines) engine.checkpointFinish()
          isOpen = false
        }
      }
      if (i % 50 > 0) continue
      const looks = engines.map((engine) => [engine.digest(), engine.memoryBytes, engine.dirtyKeys])
      for (const each of looks.slice(1)) t.deepEqual(each, looks[0])
    }
    while (isOpen) {
      const steps = engines.map((engine) => engine.checkpointStep(100, 100_000))
      steps.forEach((step, at) => {
        const storage = storages[at] as Storage
        storage.put(step.puts)
        if (step.manifest !== null) storage.manifest = step.manifest
      })
      if (steps[0]?.manifest === null) continue
      for (const engine of engines) engine.checkpointFinish()
      isOpen = false
    }
    engines.forEach((engine, at) => checkpoint(engine, storages[at] as Storage, number + 1))
    for (const each of storages.slice(1)) t.deepEqual(rowsOf(each), rowsOf(storages[0] as Storage))
    const restored = storages[0]?.restore()
    t.deepEqual((restored as Engine).digest(), engines[0]?.digest())
    t.is((restored as Engine).memoryBytes, engines[0]?.memoryBytes ?? -1)
  })
}

test('packed: a copy of a sorted set loses members in a script that is undone: it has them again', (t) => {
  const engine = createEngine(options)
  engine.beginEntry(start, 1, 2)
  run(engine, ['zadd', 'z', '1', 'a', '2', 'b'])
  run(engine, ['copy', 'z', 'y'])

  engine.scripting?.speculate()
  run(engine, ['zpopmin', 'y'])
  engine.scripting?.undo()

  t.deepEqual(run(engine, ['zrange', 'y', '0', '-1']), ['a', 'b'])
  t.is(run(engine, ['zadd', 'y', '3', 'a']), 0)
})

/** Of a member that packs what it may: what it answers behind a script that is undone. */
function behindUndone(): unknown {
  const engine = createEngine({ ...options, unpackedMax: 0 })
  engine.beginEntry(start, 1, 2)
  run(engine, ['hset', 'h', 'f', '1'])
  engine.scripting?.speculate()
  run(engine, ['hset', 'h', 'f', '2'])
  run(engine, ['get', 'other'])
  engine.scripting?.undo()
  return run(engine, ['hget', 'h', 'f'])
}

test('packed: a script changes a container and is undone: it holds what it held', (t) => {
  t.is(behindUndone(), '1')
})

test('packed: seeded bug core-packs-what-is-held: what was undone stays', (t) => {
  plantBug('core-packs-what-is-held')
  const reply = behindUndone()
  plantBug('')

  t.is(reply, '2')
})

for (let seed = 1; seed <= 8; seed++) {
  test(`packed: random commands merged by two members: nobody can tell (seed ${seed})`, (t) => {
    const random = new Random(seed, 78)
    const worlds = kept.map((unpackedMax) =>
      [0, 1].map(() => createEngine({ ...options, merges: true, unpackedMax })),
    )
    for (let i = 1; i < 300; i++) {
      // Both write at the same time, and have seen all that was before.
      const ms = start + i * 1000
      const lines = [0, 1].map(() => Array.from({ length: random.below(4) }, () => draw(random)))
      const stamps = [0, 1].map((seat) => ms * 64 + seat)
      const seen = { covers: (stamp: number): boolean => stamp < ms * 64 }
      const stable = random.chance(1, 10) ? (ms - random.below(20) * 1000) * 64 : 0
      const told = worlds.map((members) => {
        const written = members.map((engine, seat) => {
          engine.beginEntry(ms, i, seed)
          engine.merging?.prepare(stamps[seat] as number)
          const replies = lines[seat]?.map(({ db, args }) => run(engine, args, 3, db))
          return { replies, operations: engine.merging?.prepared().bytes() ?? new Uint8Array() }
        })
        members.forEach((engine, seat) => {
          const { operations } = written[1 - seat] as { operations: Uint8Array }
          if (operations.length === 0) return
          engine.beginEntry(ms, i, seed)
          engine.merging?.merge(operations, { stamp: stamps[1 - seat] as number, seen })
        })
        if (stable > 0) for (const engine of members) engine.merging?.stable(stable)
        return written
      })
      for (const each of told.slice(1)) t.deepEqual(each, told[0], JSON.stringify(lines))
      if (i % 20 > 0) continue
      const looks = worlds.map((members) =>
        members.map((engine) => [
          engine.digest(),
          engine.memoryBytes,
          engine.merging?.slotDigest(slot) ?? { high: 0, low: 0 },
          engine.merging?.exportSlot(slot),
          engine.merging?.saveUnstable(),
        ]),
      )
      for (const each of looks.slice(1)) t.deepEqual(each, looks[0])
      const [one, other] = (looks[0] ?? []) as unknown[][]
      t.deepEqual(one?.[2], other?.[2])
    }
  })
}

/** Of a member that packs what it may: its memory before a list, with it packed, and behind it. */
function aroundList(unpackedMax: number, items: readonly string[]): unknown {
  const engine = createEngine({ ...options, unpackedMax })
  engine.beginEntry(start, 1, 2)
  run(engine, ['set', 'x{t}', '1'])
  run(engine, ['rpush', 'l{t}', ...items])
  run(engine, ['get', 'x{t}'])
  const held = [engine.memoryBytes, run(engine, ['memory', 'usage', 'l{t}'])]
  run(engine, ['get', 'x{t}'])
  run(engine, ['set', 'l{t}', '1'])
  return [...held, engine.memoryBytes]
}

for (const text of ['', 'a']) {
  test(`packed: a list of many texts "${text}" is counted alike packed and not`, (t) => {
    for (const size of [1, 56, 57, 100, 128, 141, 500]) {
      const items = new Array<string>(size).fill(text)
      const plain = aroundList(Number.POSITIVE_INFINITY, items)
      t.deepEqual(aroundList(0, items), plain, String(size))
      t.true((plain as number[]).every((bytes) => bytes > 56))
    }
  })
}

test('packed: a list whose items have places: LLEN counts the items', (t) => {
  const engine = createEngine({ ...options, merges: true, unpackedMax: 0 })
  engine.beginEntry(start, 1, 2)
  engine.merging?.prepare(start * 64)
  run(engine, ['rpush', 'l', 'a', 'b'])
  run(engine, ['get', 'x'])

  t.is(run(engine, ['llen', 'l']), 2)
})

/** A list that grew at its left until its parts got new places: each one that comes halves the room before the next. */
function respaced(): Engine {
  const engine = createEngine(options)
  engine.beginEntry(start, 1, 2)
  for (let i = 0; i < 80; i++) run(engine, ['lpush', 'l', ...new Array<string>(100).fill('item')])
  return engine
}

test('packed: a list whose parts got new places becomes small: it stands packed, and grows as one that was restored', (t) => {
  const engine = respaced()
  run(engine, ['ltrim', 'l', '0', '9'])
  const storage = new Storage()
  checkpoint(engine, storage, 1)
  const restored = storage.restore() as Engine
  restored.beginEntry(start, 1, 2)
  const tried = respaced()
  tried.scripting?.speculate()
  run(tried, ['ltrim', 'l', '0', '9'])
  run(tried, ['rpush', 'l', ...new Array<string>(900).fill('more')])
  tried.scripting?.undo()
  run(tried, ['ltrim', 'l', '0', '9'])

  const engines = [engine, restored, tried]
  for (const each of engines) run(each, ['rpush', 'l', ...new Array<string>(900).fill('item')])

  const looks = engines.map((each) => [each.digest(), each.memoryBytes])
  t.deepEqual(looks[1], looks[0])
  t.deepEqual(looks[2], looks[0])
})

for (const unpackedMax of [0, Number.POSITIVE_INFINITY]) {
  test(`packed: items of merged lists count with their places (${unpackedMax}): as restored, and until none is left`, (t) => {
    const random = new Random(7, 80)
    const engine = createEngine({ ...options, merges: true, unpackedMax })
    const key = (): string => `l${random.below(4)}{t}`
    const item = (): string => 'x'.repeat(random.below(30))
    const many = (): string[] => Array.from({ length: 1 + random.below(700) }, item)
    const draw = (): readonly string[] =>
      random.pick([
        ['rpush', key(), ...(random.chance(1, 9) ? many() : [item()])],
        ['lpush', key(), ...(random.chance(1, 9) ? many() : [item()])],
        ['linsert', key(), 'AFTER', '', item()],
        ['lset', key(), '0', item()],
        ['lpop', key(), '3'],
        ['rpop', key()],
        ['lrem', key(), '2', ''],
        ['ltrim', key(), '1', String(random.below(900))],
        ['rename', key(), key()],
        ['copy', key(), key(), 'REPLACE'],
        ['sort', key(), 'ALPHA', 'STORE', key()],
      ])
    const write = (i: number, act: () => void): void => {
      engine.beginEntry(start + i, 1, 2)
      engine.merging?.prepare((start + i) * 64)
      act()
      engine.merging?.prepared()
      engine.merging?.stable((start + i) * 64)
    }
    for (let i = 0; i < 400; i++) {
      const line = draw()
      if (i % 7 === 0) {
        engine.scripting?.speculate()
        run(engine, line)
        engine.scripting?.undo()
      }
      write(i, () => run(engine, line))
      if (i % 40 > 0) continue
      const storage = new Storage()
      checkpoint(engine, storage, i + 1)
      t.is((storage.restore() as Engine).memoryBytes, engine.memoryBytes, line.join(' '))
    }
    write(500, () => run(engine, ['flushall']))
    write(501, () => run(engine, ['rpush', 'l', ...new Array<string>(1000).fill('item')]))
    // Item and place are 37 and 45 bytes.
    t.is(run(engine, ['memory', 'usage', 'l']), 40 + 24 + 460 + 1000 * (37 + 45))
    write(502, () => run(engine, ['ltrim', 'l', '0', '9']))
    // Packed an item takes 8 bytes, its place 16.
    t.is(run(engine, ['memory', 'usage', 'l']), 40 + 24 + 56 + 10 * (8 + 16))
    write(503, () => run(engine, ['lpop', 'l', '10']))
    t.is(engine.memoryBytes, 0)
  })
}
