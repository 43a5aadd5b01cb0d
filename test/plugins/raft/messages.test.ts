// Messages: what is written is read back; what is not a message is refused without an error.

import test from 'ava'
import { bytesToText, payloadOf, Random, textToBytes } from 'quorate/plugin'
import { decodeMessage, encodeMessage, type RaftMessage } from '../../../plugins/raft/messages.js'

const head = { era: 3, term: 2 ** 45 + 1 }
const at = { term: 7, index: 2 ** 40 }
const samples: readonly RaftMessage[] = [
  { kind: 'vote', ...head, pre: true, transfer: false, force: true, last: at },
  { kind: 'voted', ...head, pre: false, granted: true },
  {
    kind: 'appended',
    ...head,
    epoch: 9,
    ok: false,
    index: 4,
    hint: at,
    recovering: true,
    needsSnapshot: false,
    life: 5,
  },
  { kind: 'heartbeat', ...head, epoch: 1, round: 12, commit: 77, wantsAnswer: true },
  { kind: 'beaten', ...head, epoch: 1, round: 12, recovering: false, life: 4_294_967_295 },
  { kind: 'read', ...head, id: 2 ** 42, recovering: false, life: 1 },
  { kind: 'readable', ...head, id: 2 ** 42, at },
  { kind: 'timeout-now', ...head },
  { kind: 'survey', ...head, nonce: 8 },
  {
    kind: 'report',
    ...head,
    nonce: 8,
    life: 2,
    cause: 'log-damaged',
    last: at,
    lossAccepted: true,
  },
  { kind: 'accept-loss', ...head },
]

const append: RaftMessage = {
  kind: 'append',
  ...head,
  epoch: 4,
  previous: { term: 6, index: 10 },
  chain: { high: 0xffffffff, low: 1 },
  commit: 9,
  entries: [
    { term: 6, index: 11, payload: payloadOf(textToBytes('')) },
    { term: 7, index: 12, payload: payloadOf(textToBytes('two')) },
  ],
}

for (const sample of samples) {
  test(`messages: ${sample.kind}: written and read back`, (t) => {
    t.deepEqual(decodeMessage(encodeMessage(sample)), sample)
  })
}

test('messages: append: entries come back with their bytes, not as views of the message', (t) => {
  const bytes = encodeMessage(append)
  const read = decodeMessage(bytes)
  bytes.fill(0)

  t.true(read !== null && read.kind === 'append')
  if (read === null || read.kind !== 'append') return
  t.deepEqual(
    read.entries.map((entry) => [entry.term, entry.index, bytesToText(entry.payload.bytes())]),
    [
      [6, 11, ''],
      [7, 12, 'two'],
    ],
  )
  t.deepEqual(read.chain, { high: 0xffffffff, low: 1 })
})

test('messages: append: terms that fall or exceed the message: refused', (t) => {
  const make = (terms: readonly number[]): RaftMessage => ({
    ...append,
    entries: terms.map((term, i) => ({
      term,
      index: 11 + i,
      payload: payloadOf(textToBytes('x')),
    })),
  })

  t.is(decodeMessage(encodeMessage(make([7, 6]))), null)
  t.is(decodeMessage(encodeMessage(make([5]))), null)
  t.is(decodeMessage(encodeMessage(make([head.term + 1]))), null)
})

test('messages: every cut of every message, and any byte more: refused', (t) => {
  for (const sample of [...samples, append]) {
    const bytes = encodeMessage(sample)
    for (let length = 0; length < bytes.length; length++)
      t.is(decodeMessage(bytes.subarray(0, length)), null)
    t.is(decodeMessage(Buffer.concat([bytes, Buffer.from([0])])), null)
  }
})

test('messages: 50,000 mutations: never an error', (t) => {
  const random = new Random(5)
  const all = [...samples, append].map(encodeMessage)
  t.notThrows(() => {
    for (let i = 0; i < 50_000; i++) {
      const bytes = Buffer.from(random.pick(all))
      for (let n = random.below(4); n >= 0; n--)
        bytes[random.below(bytes.length)] = random.below(256)
      decodeMessage(bytes)
    }
  })
})

test('messages: an unknown version: refused', (t) => {
  const bytes = Buffer.from(encodeMessage(append))
  bytes[0] = 2

  t.is(decodeMessage(bytes), null)
})
