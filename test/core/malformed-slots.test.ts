// A slot of another member that the engine cannot read is refused before it is logged: behind it the group would halt at
// every start.

import test from 'ava'
import { decodeMessage } from '../../plugins/eventual/messages.js'
import { readFrame } from '../../src/core/wire.js'
import { CoreWorld, keyspace } from './core-world.js'
import { digests, listed, reply } from './joining-world.js'

/** Spoils slots in frames of these senders on their way: the messages stay whole, the slots in them are none. */
class Spoiler {
  readonly senders = new Set<number>()
  count = 0

  readonly passes = (bytes: Uint8Array): boolean => {
    let isSent = false
    const found: Uint8Array[] = []
    readFrame(
      bytes,
      ({ sender }) => {
        isSent = this.senders.has(sender)
        return isSent
      },
      ({ body }) => {
        found.push(...slotsIn(body))
      },
    )
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    for (const slot of found) {
      const at = buffer.indexOf(slot)
      if (at < 0) throw new Error('the slot is not in the frame')
      buffer[at] = 99
      this.count++
    }
    return true
  }
}

function slotsIn(body: Uint8Array): readonly Uint8Array[] {
  const message = decodeMessage(body)
  if (message?.kind !== 'slots') return []
  return message.exported.flatMap((each) => each ?? []).slice(0, 1)
}

function eventualWorld(options: object, members = 3): CoreWorld {
  const space = { ...keyspace('default', [], options), level: 'eventual' } as const
  const ids = Array.from({ length: members }, (_, i) => i + 1)
  const w = new CoreWorld({
    members,
    config: () => ({ members: listed(...ids) }),
    keyspaces: [{ ...space, strategy: 'eventual' }],
    checkpointLogBytes: 2_000,
  })
  if (!w.settled()) throw new Error('they do not begin')
  return w
}

const malformed = (w: CoreWorld, id: number): number =>
  w.member(id).core?.inspect().groups[0]?.status?.counters['malformed'] ?? 0
const isEqual = (w: CoreWorld): boolean =>
  new Set(digests(w, [1, 2, 3]).map((each) => JSON.stringify(each))).size === 1
const isWell = (w: CoreWorld, id: number): boolean =>
  /"groups":\[\{[^}]*"health":"ok"/.test(reply(w, w.client(id), 'QUORATE STATUS'))

/** The last member comes back behind what the logs of the others tell. */
function repairing(
  spoiled: readonly number[],
  last = 3,
): {
  readonly w: CoreWorld
  readonly spoiler: Spoiler
} {
  const w = eventualWorld({ keepBytes: 1_024, tailBytes: 1_024 }, last)
  // What it has of its own keeps it from taking a whole snapshot.
  reply(w, w.client(last), 'SET mine 1')
  w.until(() => false, 500)
  w.isolate(last)
  reply(w, w.client(last), 'SET mine 2')
  const writer = w.client(1)
  for (let i = 0; i < 60; i++) reply(w, writer, `SET k${i} ${'v'.repeat(200)}`)
  w.until(() => false, 8_000)
  const spoiler = new Spoiler()
  for (const id of spoiled) spoiler.senders.add(id)
  w.passes = spoiler.passes
  w.rejoin(last)
  return { w, spoiler }
}

test('malformed slots: one member gives them: they are taken of another one', (t) => {
  for (const giver of [1, 2]) {
    const { w, spoiler } = repairing([giver])

    t.true(w.until(() => reply(w, w.client(3), 'GET k59') === `$${'v'.repeat(200)}`, 3_000))
    t.true(w.until(() => isEqual(w), 5_000))
    t.true(isWell(w, 3))
    t.is(malformed(w, 3) > 0, spoiler.count > 0)
  }
})

test('malformed slots: two of three others give them: the third one is asked, too', (t) => {
  const { w } = repairing([1, 2], 4)

  t.true(w.until(() => reply(w, w.client(4), 'GET k59') === `$${'v'.repeat(200)}`, 3_000))
  t.true(malformed(w, 4) <= 2)
  t.true(isWell(w, 4))
})

test('malformed slots: all give them for long: they are asked less and less often', (t) => {
  const { w, spoiler } = repairing([1, 2])
  w.until(() => false, 30_000)
  const before = spoiler.count
  w.until(() => false, 60_000)

  t.true(spoiler.count > before && spoiler.count <= before + 4, `${spoiler.count - before}`)
})

test('malformed slots: all give them: none is logged, the member waits, starts again, and takes them once they are whole', (t) => {
  const { w, spoiler } = repairing([1, 2])
  t.true(w.until(() => malformed(w, 3) > 2))
  const warned = w.member(3).traces.filter(({ event }) => event === 'eventual.slot-malformed')
  t.is(warned.length, 1)
  // It is asked for again, and not at once.
  const before = spoiler.count
  w.until(() => false, 2_000)
  t.true(spoiler.count > before && spoiler.count < before + 30)

  w.kill(3)
  w.start(3)
  w.until(() => false, 3_000)
  t.deepEqual(
    w.member(3).traces.filter(({ event }) => event === 'shard.halted'),
    [],
  )
  spoiler.senders.clear()
  t.true(w.until(() => reply(w, w.client(3), 'GET k59') === `$${'v'.repeat(200)}`, 3_000))
  t.true(w.until(() => isEqual(w), 5_000))
  t.true(isWell(w, 3))
})
