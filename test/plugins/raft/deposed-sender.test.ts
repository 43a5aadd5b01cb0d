// A snapshot that a leader of raft began to send, and goes on with when it leads no more.

import test from 'ava'
import type { MemberId } from 'quorate/plugin'
import { plantBug } from '../../../src/base/seeded-bug.js'
import { copy } from '../../conformance/total/disk.js'
import { fill, follower, TransferWorld } from '../../shard/transfer-world.js'
import { decodeMessage, encodeMessage, type RaftMessage } from '../../../plugins/raft/messages.js'
import { loadedRaft } from './raft-world.js'

test.afterEach(() => plantBug(''))

/**
 * A leader sends a snapshot to a member that lags, and is cut off. The others begin a new era without what it alone
 * has. It hears of that, and goes on sending to who just lost its leader. What that one makes of it.
 */
function sendsOn(): { leader: MemberId | null; installs: number; isBusy: boolean } {
  const world = loadedRaft({ durability: 'everysec', recoverWaitMs: 500 })
  const first = world.elect() as MemberId
  const [late, other] = world.ids.filter((id) => id !== first) as [MemberId, MemberId]
  const write = (id: number, count: number): void => {
    for (let i = 0; i < count; i++) world.propose(id, `w${i}`)
    world.advance(100)
  }
  world.isolate(late)
  write(first, 3)
  const image = copy(world.node(other).disk)
  write(first, 5)

  const transfer = new TransferWorld(1)
  transfer.a.reign = () => world.strategy(first).status()
  transfer.b.accepts = (_from, term, at) => world.strategy(late).acceptsSnapshot(first, term, at)
  fill(transfer.a.engine, transfer.random, 60)
  transfer.a.begin(transfer.now, world.node(first).appliedAt.index)
  transfer.run(() => !transfer.a.checkpoints.isBusy)
  transfer.a.sender.start(follower)
  if (!transfer.run(() => transfer.b.store.rows.size > 5)) throw new Error('nothing is sent')

  world.heal()
  world.isolate(first)
  for (const id of [late, other]) world.crash(id)
  world.node(other).disk = image
  for (const id of [late, other]) world.start(id, 'unclean-stop')
  transfer.crash(transfer.b)
  const era = (id: number): number => world.strategy(id).status().era
  if (!world.until(() => era(late) > 1, 5_000)) throw new Error('no era')
  world.until(() => world.isSettled(), 5_000)
  if (world.leader() === late) throw new Error('the member that lags leads')
  world.heal()
  if (!world.until(() => era(first) > 1, 5_000)) throw new Error('the old leader hears nothing')
  world.isolate(other)
  world.strategy(late).peerDown(other)
  if (world.strategy(late).status().leader !== null) throw new Error('it has a leader')

  transfer.run(() => transfer.b.installed.length > 0, 200)
  const { leader } = world.strategy(late).status()
  return { leader, installs: transfer.b.installed.length, isBusy: transfer.a.sender.isBusy }
}

test.serial(
  'a leader that sends a snapshot is deposed, in a new era: it sends no more of it',
  (t) => {
    t.deepEqual(sendsOn(), { leader: null, installs: 0, isBusy: false })

    plantBug('shard-deposed-sends-on')
    t.like(sendsOn(), { installs: 1 })
  },
)

/** Peers for which a leader asks for a snapshot in a turn in which it is told that they need one, and then `more`. */
function asks(more: { term: number } | null): readonly number[] {
  const world = loadedRaft()
  const first = world.elect() as MemberId
  const [one, other] = world.ids.filter((id) => id !== first) as [MemberId, MemberId]
  const { term, era, last: at } = world.strategy(first).status()
  let refusal: RaftMessage | null = null
  world.filter = (from, _to, bytes) => {
    const message = decodeMessage(bytes)
    if (from === one && message?.kind === 'appended') refusal = { ...message, needsSnapshot: true }
    return true
  }
  world.propose(first, 'w')
  world.advance(100)
  if (refusal === null) throw new Error('nothing is acknowledged')

  const strategy = world.strategy(first)
  const now = { wall: 0, mono: world.mono }
  strategy.step(one, encodeMessage(refusal), now)
  const beat = { kind: 'heartbeat', era, fence: 1, round: 0, commit: at.index } as const
  const of = { ...beat, term: term + (more?.term ?? 0), wantsAnswer: false }
  if (more !== null) strategy.step(other, encodeMessage(of), now)
  return strategy.ready()?.snapshotTo ?? []
}

test('a leader that asks for a snapshot is deposed in the same turn: none is asked for', (t) => {
  t.is(asks(null).length, 1)
  t.deepEqual(asks({ term: 1 }), [])
})
