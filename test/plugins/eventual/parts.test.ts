// Messages that are longer than a link takes: an entry with a whole large key, a slot with one.

import test from 'ava'
import { type MemberId, type StrategyPlugin, Vector } from 'quorate/plugin'
import plugin from '../../../plugins/eventual/index.js'
import {
  decodeMessage,
  encodeMessage,
  type Message,
  type Part,
} from '../../../plugins/eventual/messages.js'
import { EventualOutbox } from '../../../plugins/eventual/outbox.js'
import { Parts, partsOf } from '../../../plugins/eventual/parts.js'
import type { Node } from '../../conformance/causal/node.js'
import { CausalWorld } from '../../conformance/causal/world.js'
import { randomWorld } from '../../conformance/causal/random-world.js'

/** What a link of these worlds takes. */
const frameBytesMax = 1_200
const options = { idleMs: 100, tailBytes: 1_024, keepBytes: 1_024, partBytes: 1_024 }

function makeWorld(): CausalWorld {
  const strategy = plugin as StrategyPlugin
  const world = new CausalWorld({
    plugin: strategy,
    seed: 1,
    members: 2,
    durability: 'always',
    options,
  })
  world.filter = (_from, _to, message) => message.length <= frameBytesMax
  return world
}

test('eventual: an entry that is longer than a frame: arrives, and what follows it', (t) => {
  const world = makeWorld()
  const [one, two] = world.nodes as [Node, Node]
  world.run(10)

  world.write(one, false, new Uint8Array(50_000).fill(1))
  world.write(one)
  world.run(60)

  t.is(two.merged.size, 2)
  world.comeToRest()
  world.judge()
  t.deepEqual(world.faults, [])
})

test('eventual: a slot that is longer than a frame: repairs who lacks it', (t) => {
  const world = makeWorld()
  const [one, two] = world.nodes as [Node, Node]
  world.run(10)
  world.crash(one)
  for (let i = 0; i < 600; i++) world.write(two)
  world.run(20)
  world.checkpoint(two)
  world.run(20)
  let parts = 0
  world.filter = (_from, _to, message) => {
    if (decodeMessage(message)?.kind === 'part') parts++
    return message.length <= frameBytesMax
  }
  world.start(one, null)
  world.run(100)

  t.true(parts > 1)
  t.is(one.merged.size, 600)
  world.comeToRest()
  world.judge()
  t.deepEqual(world.faults, [])
})

for (const durability of ['always', 'none'] as const) {
  test(`eventual: random worlds whose messages are sent in parts, ${durability}: nothing is lost`, (t) => {
    const faults: string[] = []
    for (let seed = 1; seed <= 10; seed++) {
      const world = randomWorld(seed, durability, { plugin: plugin as StrategyPlugin, options })
      for (const fault of world.faults.slice(0, 2)) faults.push(`seed ${seed}: ${fault}`)
    }

    t.deepEqual(faults, [])
  })
}

test('eventual: parts that are lost or come twice: the message is whole once it was sent again', (t) => {
  const message = Uint8Array.from({ length: 10_000 }, (_, i) => i % 251)
  const sent = partsOf(message, 1_000)
  const parts = new Parts()
  t.is(sent.length, 10)

  for (const part of sent.slice(4).reverse()) t.is(parts.take(part, 1), null)
  for (const part of sent.slice(4)) t.is(parts.take(part, 2), null)
  const whole = sent.map((part) => parts.take(part, 3))

  t.deepEqual(whole[3], message)
  t.is(whole.filter((each) => each !== null).length, 1)
})

test('eventual: parts of a message that never ends: are forgotten after a minute', (t) => {
  const [first, second] = partsOf(new Uint8Array(2_000).fill(7), 1_000)
  const parts = new Parts()
  if (first === undefined || second === undefined) return t.fail('two parts')

  parts.take(first, 1_000)
  parts.prune(100_000)
  t.is(parts.take(second, 100_001), null)
  t.not(parts.take(first, 100_002), null)
})

test('eventual: a long message: its parts leave one by one as they are taken, and anew where that ends', (t) => {
  const out = new EventualOutbox({ partBytes: 1_024, resendMs: 400 })
  const parts = new Parts()
  const to = 2 as MemberId
  const exported = Uint8Array.from({ length: 20_000 }, (_, i) => i % 251)
  const none = { filled: [], sure: new Vector(), isCut: false } as const
  const message = { kind: 'entries', entries: [exported], ...none } as const
  const drained = () =>
    (out.drain().sendNow ?? []).map(({ message: bytes }) => decodeMessage(bytes))

  out.send(to, message)
  const first = drained()
  t.is(first.length, 2)
  out.took(to)
  t.is(drained().length, 1)
  t.true(out.isSending(to))

  out.mono = 1_000
  t.false(out.isSending(to))
  out.send(to, message)
  let whole: Uint8Array | null = null
  let sent = 0
  for (let left = drained(); left.length > 0; left = drained()) {
    t.true(left.length <= 2)
    for (const part of left) {
      sent++
      if (part?.kind === 'part') whole ??= parts.take(part, 1)
      out.took(to)
    }
  }
  const found = whole === null ? null : decodeMessage(whole)
  t.true(found?.kind === 'entries' && Buffer.from(exported).equals(found.entries[0] ?? Buffer.of()))
  t.is(sent, 20)
  t.false(out.isSending(to))
})

test('eventual: a part that holds a part: is malformed', (t) => {
  const world = makeWorld()
  const [one, two] = world.nodes as [Node, Node]
  world.run(10)
  const of = (message: Message): Uint8Array => {
    const [part] = partsOf(encodeMessage(message), 1_000)
    return encodeMessage(part as Part)
  }
  const malformed = () => one.strategy?.status().counters['malformed'] ?? 0
  const before = malformed()

  one.strategy?.step(two.id, of({ kind: 'want-all' }), { wall: 1, mono: 1 })
  t.is(malformed(), before)
  one.strategy?.step(two.id, of(decodeMessage(of({ kind: 'want-all' })) as Part), {
    wall: 1,
    mono: 1,
  })
  t.is(malformed(), before + 1)
})
