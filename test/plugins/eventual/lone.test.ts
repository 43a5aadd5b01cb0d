// A member without others that keeps nothing on disk: nobody gets its entries, so that they never become bytes.

import test from 'ava'
import {
  type Durability,
  type GroupId,
  hashZero,
  type MemberId,
  type Now,
  type Payload,
  payloadOf,
  positionZero,
  Random,
  type StrategyPlugin,
  type Token,
} from 'quorate/plugin'
import { decodeEntry, encodeEntry, LoneEntry } from '../../../plugins/eventual/entry.js'
import plugin from '../../../plugins/eventual/index.js'
import { decodeMessage } from '../../../plugins/eventual/messages.js'
import type { Node } from '../../conformance/causal/node.js'
import { CausalWorld } from '../../conformance/causal/world.js'
import { Vector } from '../../../src/log/vector.js'

const ids = [1, 2] as MemberId[]
const wall = 1_800_000_000_000

class Operations implements Payload {
  readonly size = 3
  asked = 0

  bytes(): Uint8Array {
    this.asked++
    return Uint8Array.of(1, 2, 3)
  }
}

/** How often the bytes of what a write changed were asked for within some turns. */
function askedOf(members: number, durability: Durability): number {
  const { create, parseOptions } = plugin as StrategyPlugin
  let now: Now = { wall, mono: 1_000 }
  const strategy = create({
    self: 1 as MemberId,
    group: 1 as GroupId,
    options: parseOptions({}),
    durability,
    members: { voters: ids.slice(0, members), learners: [] },
    state: null,
    base: positionZero,
    baseChain: hashZero,
    entries: [],
    recovering: null,
    recoverWaitMs: 2_000,
    now,
    random: new Random(1),
  })
  const token = 1 as Token
  const operations = new Operations()
  for (let turn = 0; turn < 6; turn++) {
    now = { wall: now.wall + 10, mono: now.mono + 10 }
    strategy.tick(now)
    if (turn === 2 && strategy.propose(token, payloadOf(Uint8Array.of(9)), now) !== null) return -1
    for (let ready = strategy.ready(); ready !== null; ready = strategy.ready()) {
      for (const delivery of ready.delivered) {
        if (delivery.token === token) strategy.changed?.(token, operations)
        strategy.applied(delivery.at)
      }
      strategy.persisted(ready.batch)
      for (const { payload } of ready.write?.entries ?? []) payload.bytes()
    }
  }
  return operations.asked
}

test('eventual: a lone member, nothing on disk: what it changes never becomes bytes', (t) => {
  t.is(askedOf(1, 'none'), 0)
  t.true(askedOf(1, 'always') > 0)
  t.true(askedOf(2, 'none') > 0)
})

test('eventual: an entry of a lone member, asked for after all: is what any entry is', (t) => {
  const facts = {
    seat: 3,
    previous: 0,
    isFirst: true,
    stamp: 64_003,
    seen: new Vector(),
    needs: null,
  }
  const operations = new Operations()
  const entry = new LoneEntry(facts, operations, 4)
  t.deepEqual(entry.bytes(), encodeEntry({ ...facts, ops: operations.bytes() }, 4))
  t.is(decodeEntry(entry.bytes())?.stamp, 64_003)
  t.true(entry.size >= entry.bytes().length)
})

test('eventual: a second member comes right behind writes of a lone one: it is sent those, and holds all', (t) => {
  const world = new CausalWorld({
    plugin: plugin as StrategyPlugin,
    seed: 1,
    members: 2,
    first: 1,
    durability: 'none',
    options: { idleMs: 100 },
  })
  const [one, two] = world.nodes as [Node, Node]
  world.run(20)
  for (let i = 0; i < 5; i++) world.write(one)
  world.run(20)
  const sent: (number | undefined)[] = []
  world.filter = (from, _to, message) => {
    const decoded = from === one ? decodeMessage(message) : null
    if (decoded?.kind === 'entries')
      sent.push(...decoded.entries.map((each) => decodeEntry(each)?.stamp))
    return true
  }

  // Nobody else was there when they were made; and they are not cut yet.
  for (let i = 0; i < 3; i++) world.write(one)
  const last = [...one.merged].slice(-3)
  world.change({ add: [two.id] })
  world.tell(one)
  world.comeToRest()
  world.judge()

  t.deepEqual(sent.slice(0, 3), last)
  t.is(two.merged.size, 8)
  t.not(world.write(two), null)
  world.comeToRest()
  t.is(one.merged.size, 9)
  t.deepEqual(world.faults, [])
})
