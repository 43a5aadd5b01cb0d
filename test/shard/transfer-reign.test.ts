// A snapshot on its way when its sender's term ends.

import test from 'ava'
import type { MemberId } from '../../src/api/ids.js'
import { fill, follower, TransferWorld } from './transfer-world.js'

function checkpoint(world: TransferWorld, index: number): void {
  world.a.begin(world.now, index)
  world.run(() => !world.a.checkpoints.isBusy)
}

/** A world whose leader has a finished checkpoint. */
function makeWorld(): TransferWorld {
  const world = new TransferWorld(16)
  fill(world.a.engine, world.random, 60)
  checkpoint(world, 10)
  return world
}

test('transfer: the term or the era of its sender is over: nothing more is sent, and its rows are free', (t) => {
  for (const later of [
    { term: 2, era: 0 },
    { term: 1, era: 1 },
  ]) {
    const world = makeWorld()
    world.a.sender.start(follower)
    world.a.sender.start(9 as MemberId)
    t.true(world.run(() => world.b.store.rows.size > 5))

    world.a.reign = () => later
    world.run(() => false, 5)
    t.false(world.a.sender.isBusy)
    t.is(world.a.sender.wakeAt(), Infinity)
    const send = world.a.store.send.bind(world.a.store)
    let frames = 0
    world.a.store.send = (...frame) => {
      frames++
      return send(...frame)
    }
    world.run(() => false, 500)

    t.is(frames, 0)
    t.deepEqual([world.a.reports, world.b.installed], [[], []])
    world.a.engine.delete([...world.a.engine.data.keys()][0] as string)
    checkpoint(world, 11)
    world.run(() => false, 500)
    t.is(world.a.store.rows.size, world.a.engine.data.size + 1)

    // Asked anew, it goes on with the same peer.
    world.a.sender.start(follower)
    t.true(world.run(() => world.a.reports.length > 0))
    t.deepEqual(world.a.reports, [{ peer: follower, ok: true, index: 11 }])
  }
})
