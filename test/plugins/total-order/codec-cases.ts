// Messages of a strategy: what is written is read back; what is not a message is refused without an error.

import type { TestFn } from 'ava'
import { bytesToText, type LogEntry, payloadOf, Random, textToBytes } from 'quorate/plugin'
import type { Codec } from '../letters.js'

interface Kind {
  readonly kind: string
}

export interface CodecCases<M extends Kind> {
  readonly codec: Codec<M>
  /** One of every kind without entries. */
  readonly samples: readonly M[]
  /** A message with these entries behind term 6, index 10, of a leader of `termMax`. */
  readonly withEntries: (entries: readonly LogEntry[]) => M
  readonly termMax: number
}

export function codecCases<M extends Kind>(test: TestFn, cases: CodecCases<M>): void {
  const { samples, withEntries, termMax } = cases
  const { encodeMessage, decodeMessage } = cases.codec
  const made = withEntries([
    { term: 6, index: 11, payload: payloadOf(textToBytes('')) },
    { term: 7, index: 12, payload: payloadOf(textToBytes('two')) },
  ])

  let number = 0
  for (const sample of samples) {
    test(`messages: ${sample.kind} (${++number}): written and read back`, (t) => {
      t.deepEqual(decodeMessage(encodeMessage(sample)), sample)
    })
  }

  test('messages: with entries: they come back with their bytes, not as views of the message', (t) => {
    const bytes = encodeMessage(made)
    const read = decodeMessage(bytes)
    bytes.fill(0)

    const { entries = [] } = (read ?? {}) as { readonly entries?: readonly LogEntry[] }
    t.deepEqual(
      entries.map((entry) => [entry.term, entry.index, bytesToText(entry.payload.bytes())]),
      [
        [6, 11, ''],
        [7, 12, 'two'],
      ],
    )
  })

  test('messages: with entries: terms that fall or exceed the message: refused', (t) => {
    const make = (terms: readonly number[]): M =>
      withEntries(
        terms.map((term, i) => ({ term, index: 11 + i, payload: payloadOf(textToBytes('x')) })),
      )

    t.is(decodeMessage(encodeMessage(make([7, 6]))), null)
    t.is(decodeMessage(encodeMessage(make([5]))), null)
    t.is(decodeMessage(encodeMessage(make([termMax + 1]))), null)
  })

  test('messages: every cut of every message, and any byte more: refused', (t) => {
    for (const sample of [...samples, made]) {
      const bytes = encodeMessage(sample)
      for (let length = 0; length < bytes.length; length++)
        t.is(decodeMessage(bytes.subarray(0, length)), null)
      t.is(decodeMessage(Buffer.concat([bytes, Buffer.from([0])])), null)
    }
  })

  test('messages: 50,000 mutations: never an error', (t) => {
    const random = new Random(5)
    const all = [...samples, made].map(encodeMessage)
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
    const bytes = Buffer.from(encodeMessage(made))
    bytes[0] = 2

    t.is(decodeMessage(bytes), null)
  })
}
