import test from 'ava'
import type { MemberId } from '../../src/api/ids.js'
import { limits } from '../../src/api/limits.js'
import { textToBytes } from '../../src/base/bytes.js'
import type { Hash64 } from '../../src/base/hash.js'
import { channels } from '../../src/shard/sink.js'
import { decodeAck, encodeOffer } from '../../src/shard/snapshot-frames.js'
import { manifestKey } from '../../src/shard/state-layout.js'
import {
  content,
  fill,
  follower,
  group,
  leader,
  type Side,
  TransferWorld,
} from './transfer-world.js'

/** A world whose leader has a finished checkpoint at `index`. */
function makeWorld(seed: number, faults?: TransferWorld['faults']): TransferWorld {
  const world = new TransferWorld(seed, faults)
  fill(world.a.engine, world.random, 60)
  checkpoint(world, world.a, 10)
  return world
}

function checkpoint(world: TransferWorld, side: Side, index: number): void {
  side.begin(world.now, index)
  world.run(() => !side.checkpoints.isBusy)
}

test('transfer: a plain transfer: installs the state, the meta and the position, durable', (t) => {
  const world = makeWorld(1)
  const sent = content(world.a.engine)
  world.a.engine.set('later', 'not part of it')

  world.a.sender.start(follower)
  t.true(world.run(() => world.a.reports.length > 0))

  t.deepEqual(world.a.reports, [{ peer: follower, ok: true, index: 10 }])
  const installed = world.b.installed[0]
  t.deepEqual(content(world.b.engine), sent)
  t.deepEqual(installed?.manifest.position, { term: 1, index: 10 })
  t.deepEqual(installed?.manifest.chain, { high: 10, low: 3 })
  t.is(Buffer.from(installed?.manifest.meta ?? []).toString(), 'meta of 10')
  t.deepEqual(installed?.members, { voters: [leader, follower], learners: [] })
  world.crash(world.b)
  t.deepEqual(content(world.b.engine), sent)
  t.deepEqual(world.b.position, { term: 1, index: 10 })
})

test('transfer: chunks: no frame is larger than a chunk, whatever the rows', (t) => {
  const world = makeWorld(2)
  world.a.engine.set('large', 'y'.repeat(3_000_000))
  checkpoint(world, world.a, 11)
  const send = world.a.store.send.bind(world.a.store)
  let largest = 0
  world.a.store.send = (to, channel, body) => {
    largest = Math.max(largest, body.length)
    return send(to, channel, body)
  }

  world.a.sender.start(follower)
  t.true(world.run(() => world.a.reports.length > 0))

  t.deepEqual(content(world.b.engine), content(world.a.engine))
  t.true(largest <= 128 * 1024 + 4096, `${largest}`)
})

test('transfer: a chunk of many rows: a turn of the receiver takes no more than a slice of them', (t) => {
  const world = makeWorld(2)
  for (let i = 0; i < 1_000; i++) world.a.engine.set(`small${i}`, 'y'.repeat(1_000))
  checkpoint(world, world.a, 11)
  const write = world.b.store.write.bind(world.b.store)
  const rowsOfTurn = new Map<number, number>()
  world.b.store.write = (what, done) => {
    rowsOfTurn.set(world.mono, (rowsOfTurn.get(world.mono) ?? 0) + what.puts.length)
    write(what, done)
  }

  world.a.sender.start(follower)
  t.true(world.run(() => world.a.reports.length > 0))

  t.deepEqual(content(world.b.engine), content(world.a.engine))
  const most = Math.max(...rowsOfTurn.values())
  t.true(most <= limits.snapshotSliceBytes / 1_000 + 1, `${most} rows`)
})

test('transfer: newer checkpoints during it: the transferred one stays readable, garbage goes after', (t) => {
  const world = makeWorld(3)
  const sent = content(world.a.engine)
  world.a.sender.start(follower)
  world.step()
  for (let index = 11; index < 15; index++) {
    for (const key of [...world.a.engine.data.keys()].slice(0, 20)) world.a.engine.delete(key)
    fill(world.a.engine, world.random, 10)
    world.a.begin(world.now, index)
    for (let i = 0; i < 40 && world.a.checkpoints.isBusy; i++) world.step(1)
    if (world.a.checkpoints.isBusy) break
  }

  t.true(world.run(() => world.a.reports.length > 0))

  t.true(world.a.reports[0]?.ok)
  t.deepEqual(content(world.b.engine), sent)
  world.run(() => false, 500)
  t.is(world.a.store.rows.size, world.a.engine.data.size + 1)
})

test('transfer: lost, doubled and reordered frames: arrives all the same', (t) => {
  for (let seed = 0; seed < 8; seed++) {
    const world = makeWorld(100 + seed, { lost: 10, doubled: 20, late: 30 })
    world.a.sender.start(follower)

    t.true(
      world.run(() => world.a.reports.length > 0),
      `seed ${seed}`,
    )

    t.true(world.a.reports[0]?.ok, `seed ${seed}`)
    t.deepEqual(content(world.b.engine), content(world.a.engine))
    t.is(world.b.installed.length, 1)
  }
})

test('transfer: installed once, and wanted again by who executed more since: installed again', (t) => {
  const world = makeWorld(4)
  const send = (): boolean => {
    const before = world.a.reports.length
    world.a.sender.start(follower)
    return world.run(() => world.a.reports.length > before)
  }
  t.true(send())
  world.b.engine.set('own', 'state of an era that ended')
  world.b.accepts = () => true

  t.true(send())

  t.is(world.b.installed.length, 2)
  t.deepEqual(content(world.b.engine), content(world.a.engine))
})

test('transfer: a broken link: goes on where it stopped', (t) => {
  const world = makeWorld(4)
  let bytes = 0
  const send = world.a.store.send.bind(world.a.store)
  world.a.store.send = (to, channel, body) => {
    if (channel === channels.snapshotChunk && world.a.store.linkIsUp) bytes += body.length
    return send(to, channel, body)
  }
  world.a.sender.start(follower)
  t.true(world.run(() => bytes > 600_000))
  world.a.store.linkIsUp = false
  world.run(() => false, 300)
  world.a.store.linkIsUp = true
  world.a.sender.peerUp(follower)

  t.true(world.run(() => world.a.reports.length > 0))

  const total = [...world.a.engine.data.values()].reduce((sum, value) => sum + value.length, 0)
  t.true(world.a.reports[0]?.ok)
  t.true(total > 1_200_000 && bytes < total + 400_000, `${bytes} of ${total}`)
})

test('transfer: the sender restarts: the same checkpoint goes on, nothing is sent twice', (t) => {
  const world = makeWorld(5)
  world.a.sender.start(follower)
  t.true(world.run(() => world.b.store.rows.size > 20))
  const before = world.b.store.writesSeen.length
  world.crash(world.a)
  world.a.sender.start(follower)

  t.true(world.run(() => world.a.reports.length > 0))

  t.true(world.a.reports[0]?.ok)
  t.deepEqual(content(world.b.engine), content(world.a.engine))
  const keys = world.b.store.writesSeen.flatMap((write) => write.puts.map((row) => row.key))
  t.true(before > 0)
  t.is(new Set(keys).size, keys.length, 'no row is written twice')
})

test('transfer: a silent peer: is given up within the bound and the rows are released', (t) => {
  const world = makeWorld(6)
  world.a.store.linkIsUp = false
  world.a.sender.start(follower)

  t.true(world.run(() => world.a.reports.length > 0, 4_000))

  t.deepEqual(world.a.reports, [{ peer: follower, ok: false, index: 10 }])
  t.notThrows(() => world.a.checkpoints.hold())
  t.is(world.a.sender.isBusy, false)
})

test('transfer: a silent sender: is forgotten and its rows are deleted', (t) => {
  const world = makeWorld(7)
  world.a.sender.start(follower)
  t.true(world.run(() => world.b.store.rows.size > 5))
  world.a.sender.cancel()

  world.run(() => !world.b.receiver.isBusy && world.b.store.rows.size === 0, 8_000)

  t.false(world.b.receiver.isBusy)
  t.is(world.b.store.rows.size, 0)
})

test('transfer: an unwanted snapshot: is refused and changes nothing', (t) => {
  const world = makeWorld(8)
  world.b.accepts = () => false
  world.a.sender.start(follower)

  t.true(world.run(() => world.a.reports.length > 0, 200))

  t.deepEqual(world.a.reports, [{ peer: follower, ok: false, index: 10 }])
  t.is(world.b.store.writesSeen.length, 0)
})

test('transfer: unwanted at its end: is not installed', (t) => {
  const world = makeWorld(9)
  world.b.engine.set('own', 'state')
  world.a.sender.start(follower)
  t.true(world.run(() => world.b.store.rows.size > 5))
  world.b.position = { term: 1, index: 12 }

  t.true(world.run(() => world.a.reports.length > 0))

  t.false(world.a.reports[0]?.ok)
  t.deepEqual(world.b.installed, [])
  t.deepEqual(content(world.b.engine), [['own', 'state']])
})

test('transfer: no checkpoint recent enough: waits for one', (t) => {
  const world = makeWorld(10)
  world.a.wantsIndex = 20
  world.a.sender.start(follower)
  world.run(() => false, 50)
  t.false(world.b.receiver.isBusy)

  checkpoint(world, world.a, 20)
  t.true(world.run(() => world.a.reports.length > 0))

  t.deepEqual(world.a.reports, [{ peer: follower, ok: true, index: 20 }])
})

test('transfer: no checkpoint ever: is reported as not sent', (t) => {
  const world = makeWorld(11)
  world.a.wantsIndex = 20
  world.a.sender.start(follower)

  t.true(world.run(() => world.a.reports.length > 0, 4_000))

  t.deepEqual(world.a.reports, [{ peer: follower, ok: false, index: 0 }])
})

test('transfer: two in a row, while a checkpoint of the receiver is open: the last one stands', (t) => {
  const world = makeWorld(12)
  for (const index of [20, 30]) {
    fill(world.a.engine, world.random, 10)
    world.a.engine.delete([...world.a.engine.data.keys()][0] as string)
    checkpoint(world, world.a, index)
    for (let i = 0; i < 3000; i++) world.b.engine.set(`own ${i}`, 'x')
    world.b.checkpoints.begin(world.now, {
      position: { term: 1, index: index - 5 },
      chain: { high: 0, low: 0 },
      era: 0,
      meta: textToBytes('own'),
    })
    const before = world.a.reports.length
    world.a.sender.start(follower)
    t.true(world.run(() => world.a.reports.length > before))
    t.true(world.a.reports.at(-1)?.ok)
  }

  world.crash(world.b)
  world.run(() => world.b.cleaner.isIdle, 2_000)

  t.is(world.b.installed.length, 2)
  t.deepEqual(world.b.position, { term: 1, index: 30 })
  t.deepEqual(content(world.b.engine), content(world.a.engine))
  t.is(world.b.store.rows.size, world.b.engine.data.size + 1, 'old generations are gone')
})

test('transfer: a flipped bit in a stored row: is reported, never installed', (t) => {
  const world = makeWorld(13)
  const key = [...world.a.store.rows.keys()].find((one) => one !== manifestKey(group)) as string
  const value = Uint8Array.from(world.a.store.rows.get(key) as Uint8Array)
  value[value.length - 1] = (value[value.length - 1] as number) ^ 4
  world.a.store.rows.set(key, value)
  world.a.sender.start(follower)

  t.true(world.run(() => world.a.reports.length > 0))

  t.false(world.a.reports[0]?.ok)
  t.deepEqual(world.b.installed, [])
  t.true(world.a.store.traces.some((one) => one.fields['why'] === 'the digest differs'))
})

test('transfer: a failed write at the receiver: stops it, nothing is installed', (t) => {
  const world = makeWorld(14)
  world.a.sender.start(follower)
  t.true(world.run(() => world.b.store.rows.size > 5))
  world.b.store.failure = 'EIO'

  world.run(() => false, 300)

  t.is(world.b.receiver.failure, 'a snapshot could not be written: EIO')
  t.deepEqual(world.b.installed, [])
  t.is(world.b.receiver.wakeAt(), Infinity)
})

test('transfer: another leader of a later term: takes over from the first one', (t) => {
  const world = makeWorld(15)
  world.a.sender.start(follower)
  t.true(world.run(() => world.b.store.rows.size > 5))
  const offer = {
    term: 7,
    generation: 1,
    number: 1,
    position: { term: 6, index: 99 },
    chain: { high: 1, low: 1 },
    era: 0,
    members: null,
    engine: textToBytes('unknown'),
  }
  const third = 3 as MemberId
  const answersTo = (changed: Partial<typeof offer>): string[] => {
    world.b.receiver.offered(third, encodeOffer({ ...offer, ...changed }))
    for (let turn = 0; turn < 20; turn++) {
      world.b.receiver.turn(world.now)
      world.b.store.answerAll()
    }
    const acks = world.b.store.sent.splice(0).filter((one) => one.to === third)
    return acks.map((one) => decodeAck(one.body)?.kind ?? 'none')
  }

  const stale = answersTo({ term: 0, position: { term: 0, index: 11 } })
  const later = answersTo({})

  t.deepEqual(stale, ['refused'])
  t.deepEqual(later, ['resume'])
})

test('transfer: crashes of both sides, faults and checkpoints at random: what installs is exact', (t) => {
  for (let seed = 0; seed < 16; seed++) {
    const world = new TransferWorld(1000 + seed, { lost: 8, doubled: 10, late: 20 })
    const contents = new Map<number, Hash64>()
    let index = 0
    const next = (): void => {
      index += 1
      fill(world.a.engine, world.random, 6)
      for (const key of [...world.a.engine.data.keys()].slice(0, 2)) world.a.engine.delete(key)
      contents.set(index, world.a.engine.digest())
      world.a.begin(world.now, index)
    }
    for (let i = 0; i < 400; i++) {
      if (!world.a.checkpoints.isBusy && world.random.chance(1, 40)) next()
      if (world.random.chance(1, 10)) world.a.sender.start(follower)
      if (world.random.chance(1, 90)) world.crash(world.random.chance(1, 2) ? world.a : world.b)
      world.step(world.random.below(60))
      if (i % 10 === 0 && world.b.position.index > 0) {
        t.deepEqual(world.b.engine.digest(), contents.get(world.b.position.index))
      }
    }
    world.run(() => !world.a.checkpoints.isBusy)
    index = Math.max(index, world.a.position.index)
    next()
    t.true(world.run(() => !world.a.checkpoints.isBusy))
    t.true(
      world.run(() => {
        if (!world.a.sender.isBusy) world.a.sender.start(follower)
        return world.b.position.index === index
      }),
      `seed ${seed}`,
    )
    t.deepEqual(world.b.engine.digest(), contents.get(index))
  }
})
