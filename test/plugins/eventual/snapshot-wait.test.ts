// An empty member that asked for a snapshot: what it took meanwhile would be gone when that takes its place.

import test from 'ava'
import {
  type GroupId,
  hashZero,
  type MemberId,
  type Now,
  positionZero,
  Random,
  stampAt,
  type StrategyPlugin,
  Vector,
} from 'quorate/plugin'
import { encodeEntry } from '../../../plugins/eventual/entry.js'
import plugin from '../../../plugins/eventual/index.js'
import { encodeMessage, type Message, type VectorNote } from '../../../plugins/eventual/messages.js'
import type { Node } from '../../conformance/causal/node.js'
import { CausalWorld } from '../../conformance/causal/world.js'

const [one, two, three] = [1, 2, 3] as [MemberId, MemberId, MemberId]
const wall = 1_800_000_000_000

function upTo(stamp: number): Vector {
  const vector = new Vector()
  if (stamp > 0) vector.add({ seat: stamp % 64, after: 0, upTo: stamp })
  return vector
}

function noteOf(of: Pick<VectorNote, 'life' | 'recovering'>, held: number): VectorNote {
  const told = {
    made: held,
    promise: held,
    safe: 0,
    isSettled: true,
    held: new Vector(),
    reach: null,
    guessed: null,
    follows: { era: 0, epoch: 0 },
  }
  return { kind: 'vector', vector: upTo(held), ...told, ...of }
}

test('eventual: an empty member waits for a snapshot: it takes no entries that this would take away', (t) => {
  const { create, parseOptions } = plugin as StrategyPlugin
  const now: Now = { wall, mono: 1_000 }
  const strategy = create({
    self: one,
    group: 1 as GroupId,
    options: parseOptions({}),
    durability: 'none',
    members: { voters: [one, two, three], learners: [] },
    state: null,
    base: positionZero,
    baseChain: hashZero,
    entries: [],
    recovering: 'unclean-stop',
    recoverWaitMs: 2_000,
    now,
    random: new Random(1),
  })
  const tell = (from: MemberId, message: Message): void =>
    strategy.step(from, encodeMessage(message), now)
  const sent = (): readonly MemberId[] =>
    (strategy.ready()?.sendNow ?? []).flatMap(({ to, message }) => (message[1] === 3 ? [to] : []))
  for (const peer of [two, three]) strategy.peerUp(peer)
  const old = stampAt(wall - 1_000, 2)
  tell(three, noteOf({ life: 7, recovering: false }, old))
  const nothing = { entries: [], filled: [], sure: new Vector() }
  tell(three, { kind: 'entries', ...nothing, isCut: true })
  strategy.tick(now)
  t.deepEqual(sent(), [three])

  // All of them lost everything, and go on.
  for (const [peer, life] of [
    [two, 8],
    [three, 9],
  ] as const)
    tell(peer, noteOf({ life, recovering: true }, 0))
  const stamp = stampAt(wall, 1)
  const entry = { seat: 1, previous: 0, isFirst: true, stamp, needs: null }
  const bytes = encodeEntry({ ...entry, seen: new Vector(), ops: new Uint8Array(1) }, two)
  tell(two, { kind: 'entries', ...nothing, entries: [bytes], isCut: false })
  t.is(strategy.status().recovering, null)
  const before = strategy.ready()?.delivered.filter(({ merge }) => merge !== undefined) ?? []
  t.deepEqual(before, [])

  strategy.snapshotInstalled(positionZero, hashZero, { voters: [one, two, three], learners: [] })
  const after = strategy.ready()?.delivered.filter(({ merge }) => merge !== undefined) ?? []
  t.deepEqual(
    after.map(({ merge }) => merge?.stamp),
    [stamp],
  )
})

test('eventual: a member that lost all comes back beside one that lost something, and nobody else is there: it opens', (t) => {
  const world = new CausalWorld({
    plugin: plugin as StrategyPlugin,
    seed: 3,
    members: 3,
    durability: 'none',
    options: { idleMs: 100 },
  })
  const [first, second, third] = world.nodes as [Node, Node, Node]
  world.run(20)
  world.write(second)
  world.run(4)
  world.checkpoint(second)
  for (const node of [first, second, third]) world.crash(node)
  world.start(second, 'unclean-stop')
  world.run(100)
  t.not(world.write(second), null)

  world.start(first, 'unclean-stop')
  world.run(200)
  t.is(first.merged.size, 2)
  t.not(world.write(first), null)
  world.start(third, 'unclean-stop')
  world.comeToRest()
  world.judge()
  t.deepEqual(world.faults, [])
})
