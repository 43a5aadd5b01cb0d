// Who is sent a snapshot while others wait.

import test from 'ava'
import type { MemberId } from '../../src/api/ids.js'
import { limits } from '../../src/api/limits.js'
import { fill, follower, TransferWorld } from './transfer-world.js'

/** A world whose leader has a finished checkpoint. */
function makeWorld(seed: number): TransferWorld {
  const world = new TransferWorld(seed)
  fill(world.a.engine, world.random, 60)
  world.a.begin(world.now, 10)
  world.run(() => !world.a.checkpoints.isBusy)
  return world
}

const dead = 3 as MemberId

/** What is sent to the dead one is lost, and that it is lost is said or not. */
function loseDead(world: TransferWorld, isSaid: boolean): void {
  const send = world.a.store.send.bind(world.a.store)
  world.a.store.send = (to, channel, body) => (to === dead ? !isSaid : send(to, channel, body))
}

test('transfer: its peer dies: who waits is served at once, and the dead one stays in line', (t) => {
  const world = makeWorld(12)
  loseDead(world, false)
  world.a.sender.start(dead)
  world.run(() => world.a.sender.peer === dead)
  world.a.sender.start(follower)
  world.run(() => false, 20)
  t.is(world.a.sender.peer, dead)

  world.a.sender.peerDown(dead)
  const before = world.mono
  t.true(world.run(() => world.a.reports.length > 0))

  t.deepEqual(world.a.reports, [{ peer: follower, ok: true, index: 10 }])
  t.true(world.mono - before < limits.snapshotGiveUpMs / 3, `${world.mono - before} ms`)
  world.run(() => false, 2)
  t.is(world.a.sender.peer, dead)
  t.true(world.run(() => world.a.reports.length > 1, 4_000))
  t.deepEqual(world.a.reports[1], { peer: dead, ok: false, index: 10 })
})

test('transfer: a peer that never was connected: keeps nobody waiting', (t) => {
  const world = makeWorld(13)
  loseDead(world, true)
  world.a.sender.start(dead)
  world.a.sender.start(follower)

  t.true(world.run(() => world.a.reports.length > 0))

  t.deepEqual(world.a.reports, [{ peer: follower, ok: true, index: 10 }])
  t.true(world.mono < limits.snapshotGiveUpMs / 3, `${world.mono} ms`)
})

test('transfer: its peer comes back while another one is sent to: waits for that one', (t) => {
  const world = makeWorld(14)
  loseDead(world, false)
  world.a.sender.start(dead)
  world.run(() => world.a.sender.peer === dead)
  world.a.sender.start(follower)
  world.a.sender.peerDown(dead)
  world.run(() => world.a.sender.peer === follower)
  world.a.sender.peerUp(dead)

  t.true(world.run(() => world.a.reports.length > 0))

  t.deepEqual(world.a.reports, [{ peer: follower, ok: true, index: 10 }])
})
