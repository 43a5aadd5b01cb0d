// What members tell each other of subscriptions, over a network that loses packets and links: in the end
// each one knows what the others' clients listen to, and no packet brings a member down.

import test from 'ava'
import type { MemberId } from '../../src/api/ids.js'
import { Random } from '../../src/base/random.js'
import { respDoor } from '../../src/resp/door.js'
import { Messaging } from '../../src/router/messaging/messaging.js'
import { decodePacket, encodePacket, kinds } from '../../src/router/messaging/packets.js'
import type { Session } from '../../src/router/session.js'

interface Sent {
  readonly from: number
  readonly to: number
  readonly body: Uint8Array
}

/** Members that talk through `wire`. */
function members(count: number) {
  const wire: Sent[] = []
  const all = Array.from({ length: count }, (_, from) => {
    const send = (to: MemberId, body: Uint8Array): boolean => {
      wire.push({ from, to: to - 1, body })
      return true
    }
    return new Messaging(respDoor.encode, { self: (from + 1) as MemberId, life: () => 7, send })
  })
  for (const [at, each] of all.entries()) {
    for (let to = 0; to < count; to++) if (to !== at) each.peerUp((to + 1) as MemberId)
  }
  return { all, wire }
}

/** Only what subscribers touch of a session. */
function fakeSession(): Session {
  return { listens: null, subscribed: 0, protocol: 3, push: () => undefined } as unknown as Session
}

test('gossip: packets and links are lost: counts are right in the end', (t) => {
  for (let seed = 1; seed <= 30; seed++) {
    const random = new Random(seed)
    const { all, wire } = members(3)
    const sessions = all.map(() => Array.from({ length: 5 }, fakeSession))
    let mono = 1_000
    const turn = (lossPerMille: number): void => {
      mono += 10
      for (const { from, to, body } of wire.splice(0)) {
        if (random.chance(lossPerMille, 1_000)) continue
        all[to]?.receive((from + 1) as MemberId, body)
      }
      for (const each of all) each.endTurn({ mono, wall: mono })
    }
    for (let step = 0; step < 400; step++) {
      const at = random.below(3)
      const session = sessions[at]?.[random.below(5)] as Session
      const name = `c${random.below(12)}`
      const kind = [kinds.channel, kinds.pattern, kinds.shard][random.below(3)] ?? kinds.channel
      if (random.chance(1, 2)) all[at]?.subscribers.add(session, kind, name)
      else all[at]?.subscribers.remove(session, kind, name)
      if (random.chance(1, 30)) {
        // A link that only one side notices to be gone.
        const peer = (((at + 1) % 3) + 1) as MemberId
        all[at]?.peerDown(peer)
        turn(200)
        all[at]?.peerUp(peer)
      }
      turn(200)
    }
    for (let i = 0; i < 100; i++) turn(0)

    for (const kind of [kinds.channel, kinds.pattern, kinds.shard]) {
      for (let i = 0; i < 12; i++) {
        const name = `c${i}`
        const local = all.map((each) => each.subscribers.topics(kind).localCount(name))
        const total = local.reduce((sum, count) => sum + count, 0)
        const known = all.map((each) => each.subscribers.topics(kind).count(name))
        t.deepEqual(known, [total, total, total], `seed ${seed}, ${kind} ${name}`)
      }
    }
    t.true(all.every((each) => each.wakeAt() === Number.POSITIVE_INFINITY))
  }
})

test('gossip: a peer that takes nothing: messages to it are dropped, the publisher goes on', (t) => {
  const { all, wire } = members(2)
  const [one, two] = all
  two?.subscribers.add(fakeSession(), kinds.channel, 'news')
  for (let turn = 1; turn <= 4; turn++) {
    for (const each of all) each.endTurn({ mono: turn, wall: turn })
    for (const { from, to, body } of wire.splice(0)) all[to]?.receive((from + 1) as MemberId, body)
  }
  const text = 'x'.repeat(1024 * 1024)
  const counts = Array.from({ length: 40 }, () => one?.publish(kinds.channel, 'news', text))

  t.is(counts[0], 1)
  t.is(counts.at(-1), 0)
  t.true((one?.dropped ?? 0) > 0 && counts.filter((count) => count === 1).length >= 30)
  for (let turn = 5; turn <= 8; turn++) {
    for (const { from, to, body } of wire.splice(0)) all[to]?.receive((from + 1) as MemberId, body)
    for (const each of all) each.endTurn({ mono: turn, wall: turn })
  }
  t.is(one?.publish(kinds.channel, 'news', text), 1)
})

test('packets: what was encoded: is decoded; cut or changed bytes are refused or harmless', (t) => {
  const random = new Random(5)
  const { all } = members(2)
  const state = encodePacket({
    type: 'state',
    life: 7,
    from: 0,
    to: 9,
    part: 0,
    isWhole: true,
    isLast: true,
    wantsKeys: true,
    changes: [
      { kind: kinds.pattern, name: 'a*', count: 3 },
      { kind: kinds.shard, name: '', count: 0 },
    ],
  })
  const message = encodePacket({
    type: 'message',
    life: 7,
    sent: 100,
    kind: kinds.channel,
    channel: 'c',
    text: 'ÿ\u0000',
  })
  const ack = encodePacket({ type: 'ack', life: 7, version: -1, hasGap: true, heard: 5 })

  for (const bytes of [state, message, ack]) {
    const packet = decodePacket(bytes)
    if (packet === null) return t.fail('it is decoded')
    t.deepEqual(encodePacket(packet), bytes)
    for (let cut = 0; cut < bytes.length; cut++) t.is(decodePacket(bytes.subarray(0, cut)), null)
    for (let i = 0; i < 2_000; i++) {
      const changed = Uint8Array.from(bytes)
      changed[random.below(changed.length)] = random.below(256)
      t.notThrows(() => all[0]?.receive(2 as MemberId, changed))
    }
  }
  return undefined
})
