// What comes of another version is refused, and says so; who starts is told what it did not hear.

import test from 'ava'
import { ByteWriter, Vector } from 'quorate/plugin'
import type { StrategyPlugin } from 'quorate/plugin'
import { Floor } from '../../../plugins/eventual/floor.js'
import plugin from '../../../plugins/eventual/index.js'
import { decodeMark } from '../../../plugins/eventual/mark.js'
import { encodeMessage, messageVersion } from '../../../plugins/eventual/messages.js'
import { Overlays } from '../../../plugins/eventual/overlays.js'
import type { Node } from '../../conformance/causal/node.js'
import { CausalWorld } from '../../conformance/causal/world.js'

function makeWorld(members: number): CausalWorld {
  const strategy = plugin as StrategyPlugin
  return new CausalWorld({ plugin: strategy, seed: 1, members, durability: 'always' })
}

test('eventual: messages of a version that is not known: the status names who sends them', (t) => {
  const world = makeWorld(2)
  const [one, two] = world.nodes as [Node, Node]
  world.run(4)
  const why = (): string | undefined => one.strategy?.status().why
  t.is(why(), '')

  one.strategy?.step(two.id, new Uint8Array([messageVersion - 1, 1, 0]), { wall: 0, mono: 0 })
  t.is(why(), `messages of member ${two.id} are in a version that is not known here`)
  world.run(60)
  t.is(why(), '')
})

test('eventual: a mark without a version: refused', (t) => {
  const writer = new ByteWriter(16)
  new Vector().encode(writer)
  const into = {
    overlays: new Overlays(),
    lost: new Vector(),
    sure: new Vector(),
    hangs: new Vector(),
    floor: new Floor(),
  }

  t.throws(() => decodeMark(writer.finish(), into), { message: /known version/ })
})

test('eventual: a member hears nothing while it starts: its first write arrives at once all the same', (t) => {
  const world = makeWorld(2)
  const [one, two] = world.nodes as [Node, Node]
  world.run(60)
  world.crash(two)
  world.run(4)
  let isDeaf = true
  world.filter = (_from, to) => !isDeaf || to !== two
  world.start(two, null)
  while (world.deliverOne());
  isDeaf = false

  world.run(2)
  t.not(world.write(two), null)
  world.run(2)
  t.is(one.merged.size, 1)
})

test('eventual: a range without an entry, of a seat that there is not: refused, and a restart finds what it had', (t) => {
  const world = makeWorld(2)
  const [one, two] = world.nodes as [Node, Node]
  world.write(one)
  world.run(4)
  const nothing = { entries: [], sure: new Vector(), isCut: false } as const
  for (const range of [
    { seat: 200, after: 0, upTo: 64 },
    { seat: 1, after: 64, upTo: 64 },
  ]) {
    const message = encodeMessage({ kind: 'entries', filled: [range], ...nothing })
    one.strategy?.step(two.id, message, { wall: 0, mono: 0 })
    world.run(4)
  }
  t.is(one.strategy?.status().counters['malformed'], 2)
  world.checkpoint(one)
  world.crash(one)
  world.start(one, null)
  world.comeToRest()
  world.judge()

  t.deepEqual(world.faults, [])
})
