// The members of a group as a shard keeps them.

import test from 'ava'
import type { Durability } from '../../src/api/config.js'
import type { GroupId, MemberId, Token } from '../../src/api/ids.js'
import type { Members, Refusal, Strategy } from '../../src/api/strategy.js'
import { Membership } from '../../src/shard/membership.js'
import {
  decodeOffer,
  encodeOffer,
  offerIdentity,
  type SnapshotOffer,
} from '../../src/shard/snapshot-frames.js'
import { decodeManifest, encodeManifest, type Manifest } from '../../src/shard/state-layout.js'
import { keyspace } from '../core/core-world.js'
import { configOf } from '../router/world.js'
import { StoreWorld } from './store-world.js'

const [one, two, three] = [1, 2, 3] as readonly number[] as [MemberId, MemberId, MemberId]
const joint: Members = { voters: [one, two], learners: [three], outgoing: [one] }
const change = { add: [two], remove: [], promote: [] }

function membershipOf(refusal: Refusal | null, durability: Durability = 'always') {
  const asked: Token[] = []
  const strategy = {
    reconfigure(token: Token): Refusal | null {
      asked.push(token)
      return refusal
    },
    status: () => ({ members: joint }),
  } as unknown as Strategy
  let tokens = 0
  const init = {
    members: { voters: [one], learners: [] },
    config: configOf({ self: one }),
    keyspace: { ...keyspace('default', []), durability },
    sink: new StoreWorld(),
  }
  const membership = new Membership(init, {
    strategy: () => strategy,
    token: () => ++tokens as Token,
  })
  return { membership, asked }
}

test('membership: a change that the strategy takes: is told of once, when it is executed', (t) => {
  const { membership, asked } = membershipOf(null)
  const told: boolean[] = []

  t.is(
    membership.reconfigure(change, (isDone) => told.push(isDone)),
    null,
  )
  t.deepEqual(told, [])
  t.true(membership.isAlone)
  membership.executed({ voters: [one], learners: [two] }, asked[0] as Token)
  membership.executed({ voters: [one], learners: [two] }, asked[0] as Token)

  t.deepEqual(told, [true])
  t.deepEqual(membership.members, { voters: [one], learners: [two] })
  t.false(membership.isAlone)
})

test('membership: a change that is dropped: nothing is known of it', (t) => {
  const { membership, asked } = membershipOf(null)
  const told: boolean[] = []
  membership.reconfigure(change, (isDone) => told.push(isDone))

  t.false(membership.dropped(77 as Token))
  t.true(membership.dropped(asked[0] as Token))
  t.deepEqual(told, [false])
})

test('membership: a change that is refused: is not told of', (t) => {
  const { membership } = membershipOf({ reason: 'not-leader', leader: two })

  t.deepEqual(
    membership.reconfigure(change, () => t.fail()),
    { reason: 'not-leader', leader: two },
  )
})

test('membership: what was never changed: leaves no trace in manifest and offer', (t) => {
  const manifest: Manifest = {
    generation: 1,
    number: 2,
    position: { term: 3, index: 4 },
    chain: { high: 5, low: 6 },
    era: 1,
    engine: Buffer.of(7),
    meta: Buffer.of(8),
  }
  const group = 0 as GroupId
  for (const members of [undefined, joint]) {
    const given = members === undefined ? manifest : { ...manifest, members }
    const { value } = encodeManifest(group, given)
    t.is(value[0], members === undefined ? 1 : 2)
    t.deepEqual(decodeManifest(group, value), { kind: 'manifest', manifest: given })
  }
  for (const members of [null, joint]) {
    const { meta: _, ...rest } = manifest
    const offer: Omit<SnapshotOffer, 'identity'> = { ...rest, term: 9, members }
    const bytes = encodeOffer(offer)
    t.is(bytes[0], members === null ? 1 : 2)
    t.deepEqual(decodeOffer(bytes), { ...offer, identity: offerIdentity(offer) })
  }
})

test('membership: the strategy starts: what it knows of members counts as executed only where no log will tell', (t) => {
  for (const durability of ['always', 'everysec', 'none'] as const) {
    const { membership } = membershipOf(null, durability)
    membership.started()
    t.deepEqual(membership.kept, durability === 'none' ? joint : undefined)
  }
})
