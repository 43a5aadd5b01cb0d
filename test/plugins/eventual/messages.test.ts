// Messages of the eventual strategy: what is written is read back, by members of earlier builds, too; what is not a
// message is refused without an error.

import test from 'ava'
import { type MemberId, Random, seatsMax, textToBytes, Vector } from 'quorate/plugin'
import { firstVersion } from '../../../plugins/eventual/list.js'
import {
  decodeMessage,
  encodeMessage,
  type Message,
  type VectorNote,
} from '../../../plugins/eventual/messages.js'

/** Of seats in order: after and upTo of each. */
function vectorOf(...seats: readonly (readonly [number, number])[]): Vector {
  const made = new Vector()
  seats.forEach(([after, upTo], seat) => made.add({ seat, after, upTo }))
  return made
}

const stamp = 1_900_000_000_000 * 64
const plain: VectorNote = {
  kind: 'vector',
  vector: vectorOf([0, stamp], [5, 77]),
  made: stamp,
  promise: stamp + 1,
  safe: 76,
  life: 2_147_483_647,
  recovering: false,
  isSettled: true,
  held: new Vector(),
  reach: null,
  guessed: null,
  follows: firstVersion,
}
const waiting: VectorNote = {
  ...plain,
  recovering: true,
  isSettled: false,
  held: vectorOf([0, 1], [77, 90]),
  reach: vectorOf([0, stamp + 7], [0, 80]),
  guessed: vectorOf([0, 0], [77, 80]),
  follows: { era: 3, epoch: 12 },
}
const hash = { high: 7, low: 4_294_967_295 }
const list = { era: 1, epoch: 2, seats: [1, 2], voters: [1], learners: [2] } as const
const samples: readonly Message[] = [
  plain,
  waiting,
  {
    kind: 'entries',
    entries: [textToBytes('one'), textToBytes('')],
    filled: [{ seat: 1, after: 5, upTo: 9 }],
    sure: vectorOf([3, 4]),
    isCut: true,
  },
  { kind: 'want', vector: plain.vector },
  { kind: 'want-slots', slot: 16_383 },
  { kind: 'want-all' },
  { kind: 'took' },
  { kind: 'compared', slot: 16_384 },
  { kind: 'claims', claims: [{ after: 3, upTo: stamp, isFresh: true }] },
  { kind: 'part', hash, index: 1, count: 2, bytes: textToBytes('part') },
  { kind: 'list', list: list as unknown as { readonly seats: readonly MemberId[] } & typeof list },
  {
    kind: 'digests',
    vector: plain.vector,
    from: 4,
    to: 9,
    slots: new Map([[5, hash]]),
  },
] as readonly Message[]

/** Ranges instead of vectors, and bytes as they are: a vector counts its changes. */
function told(message: Message | null): unknown {
  return JSON.parse(
    JSON.stringify(message, (_key, value: unknown) => {
      if (value instanceof Vector) return value.ranges()
      if (value instanceof Map) return [...value]
      if (value instanceof Uint8Array) return [...value]
      return value
    }),
  )
}

const hexOf = (message: Message): string => Buffer.from(encodeMessage(message)).toString('hex')

test('messages: each kind: written and read back', (t) => {
  for (const sample of samples)
    t.deepEqual(told(decodeMessage(encodeMessage(sample))), told(sample))
})

test('messages: a note of what is held: as builds before wrote and read it', (t) => {
  t.is(
    hexOf(plain),
    '03010201008080b8a683d31b0105488080b8a683d31b8180b8a683d31b4cffffffff0700010000',
  )
  t.is(
    hexOf(waiting),
    '03010201008080b8a683d31b0105488080b8a683d31b8180b8a683d31b4cffffffff070100020100' +
      '01014d0d010201008780b8a683d31b0100500200014d03030c',
  )
})

test('messages: every cut of every message, and any byte more: refused', (t) => {
  for (const sample of samples) {
    const bytes = encodeMessage(sample)
    for (let length = 0; length < bytes.length; length++) {
      // The version of the list that is followed may lack: builds before members changed have none.
      const isWhole = sample === waiting && length === bytes.length - 2
      t.is(decodeMessage(bytes.subarray(0, length)) !== null, isWhole, `${sample.kind} ${length}`)
    }
    const more = Buffer.concat([bytes, Buffer.from([0])])
    if (sample !== plain) t.is(decodeMessage(more), null, sample.kind)
  }
})

test('messages: another version, an unknown kind: refused', (t) => {
  for (const [at, byte] of [
    [0, 2],
    [0, 4],
    [1, 13],
    [1, 255],
  ] as const) {
    const bytes = Buffer.from(encodeMessage(waiting))
    bytes[at] = byte
    t.is(decodeMessage(bytes), null)
  }
})

test('messages: a note with more seats than there may be, or more ranges than bytes: refused', (t) => {
  const bytes = Buffer.from(encodeMessage(plain))
  const huge = Buffer.from('ffffffffffff0f', 'hex')
  const [head, rest] = [bytes.subarray(0, 2), bytes.subarray(4)]

  for (const seats of [seatsMax + 1, 200, 255])
    t.is(decodeMessage(Buffer.concat([head, Buffer.from([seats]), bytes.subarray(3)])), null)
  t.is(decodeMessage(Buffer.concat([head, Buffer.from([2]), huge, rest])), null)
  t.is(decodeMessage(Buffer.concat([head, Buffer.from([2, 127]), rest])), null)
})

test('messages: a note of a group that waits for others, one of whose vectors is none: refused', (t) => {
  const none = Buffer.from([seatsMax + 1])
  const start = Buffer.from(encodeMessage({ ...plain, held: new Vector() }))
  const head = start.subarray(0, start.length - 1)
  const empty = Buffer.from([0])

  t.not(decodeMessage(Buffer.concat([head, Buffer.from([1]), empty, empty])), null)
  t.is(decodeMessage(Buffer.concat([head, Buffer.from([1]), none, empty])), null)
  t.is(decodeMessage(Buffer.concat([head, Buffer.from([1]), empty, none])), null)
})

test('messages: 50,000 mutations: never an error, and what is taken is whole', (t) => {
  const random = new Random(5)
  const all = samples.map(encodeMessage)
  let taken = 0
  for (let i = 0; i < 50_000; i++) {
    const bytes = Buffer.from(random.pick(all))
    for (let n = random.below(4); n >= 0; n--) bytes[random.below(bytes.length)] = random.below(256)
    const message = decodeMessage(bytes.subarray(0, bytes.length - random.pick([0, 0, 0, 1])))
    if (message?.kind !== 'vector') continue
    taken++
    const { vector, held, reach, guessed, ...numbers } = message
    t.is(reach === null, guessed === null)
    for (const each of [vector, held, reach, guessed]) {
      for (const { seat, after, upTo } of each?.ranges() ?? [])
        if (seat >= seatsMax || after >= upTo || !Number.isSafeInteger(upTo)) t.fail()
    }
    for (const each of [numbers.made, numbers.promise, numbers.safe, numbers.life])
      if (!Number.isSafeInteger(each) || each < 0) t.fail()
  }
  t.true(taken > 1_000, `${taken}`)
})
