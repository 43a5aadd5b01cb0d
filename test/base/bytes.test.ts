// Binary writing and reading: everything written reads back, and a reader of short or foreign bytes
// fails without a throw.

import { Buffer } from 'node:buffer'
import test from 'ava'
import fc from 'fast-check'
import { AssertionError } from '../../src/base/assert.js'
import {
  ByteReader,
  ByteWriter,
  bytesEqual,
  bytesToText,
  textToBytes,
  writeVarint,
} from '../../src/base/bytes.js'

const varints: readonly (readonly [number, string])[] = [
  [0, '00'],
  [1, '01'],
  [127, '7f'],
  [128, '8001'],
  [300, 'ac02'],
  [16383, 'ff7f'],
  [16384, '808001'],
  [2 ** 32, '8080808010'],
  [Number.MAX_SAFE_INTEGER, 'ffffffffffffff0f'],
]

for (const [value, hex] of varints) {
  test(`varint: ${value}: written as ${hex} and read back`, (t) => {
    const bytes = new ByteWriter(1).varint(value).finish()
    const reader = new ByteReader(bytes)

    t.is(Buffer.from(bytes).toString('hex'), hex)
    t.is(reader.varint(), value)
    t.true(reader.ok)
    t.is(reader.left, 0)
  })
}

for (const value of [-1, 2 ** 53, Number.NaN, -Infinity]) {
  test(`varint: ${value}: refused before anything is written`, (t) => {
    t.throws(() => writeVarint(new Uint8Array(16), 0, value), { instanceOf: AssertionError })
  })
}

for (const hex of ['', '80', 'ffffffffffffffff01', 'ffffffffffffff1f', 'ffffffffffffff80']) {
  test(`varint: malformed bytes "${hex}": the reader fails and answers 0`, (t) => {
    const reader = new ByteReader(Buffer.from(hex, 'hex'))

    t.is(reader.varint(), 0)
    t.false(reader.ok)
    t.is(reader.byte(), 0)
  })
}

const oneByte = fc
  .array(fc.integer({ min: 0, max: 255 }), { maxLength: 300 })
  .map((codes) => String.fromCharCode(...codes))

const field = fc.oneof(
  fc.record({ kind: fc.constant('byte' as const), value: fc.integer({ min: 0, max: 255 }) }),
  fc.record({
    kind: fc.constant('uint32' as const),
    value: fc.integer({ min: 0, max: 0xffffffff }),
  }),
  fc.record({ kind: fc.constant('varint' as const), value: fc.maxSafeNat() }),
  fc.record({
    kind: fc.constant('signed' as const),
    value: fc.integer({ min: 1 - 2 ** 51, max: 2 ** 51 - 1 }),
  }),
  fc.record({ kind: fc.constant('boolean' as const), value: fc.boolean() }),
  fc.record({ kind: fc.constant('text' as const), value: oneByte }),
  fc.record({ kind: fc.constant('blob' as const), value: fc.uint8Array({ maxLength: 300 }) }),
  fc.record({
    kind: fc.constant('hash' as const),
    value: fc.record({
      high: fc.integer({ min: 0, max: 0xffffffff }),
      low: fc.integer({ min: 0, max: 0xffffffff }),
    }),
  }),
)
type Field = typeof field extends fc.Arbitrary<infer T> ? T : never

function write(writer: ByteWriter, { kind, value }: Field): void {
  switch (kind) {
    case 'boolean':
      writer.boolean(value)
      return
    case 'text':
      writer.text(value)
      return
    case 'blob':
      writer.blob(value)
      return
    case 'hash':
      writer.hash(value)
      return
    default:
      writer[kind](value)
  }
}

function read(reader: ByteReader, { kind }: Field): unknown {
  return kind === 'blob' ? new Uint8Array(reader.blob()) : reader[kind]()
}

test('bytes: any fields: read back as they were written', (t) => {
  fc.assert(
    fc.property(fc.array(field, { maxLength: 20 }), (fields) => {
      const writer = new ByteWriter(1)
      for (const each of fields) write(writer, each)
      const written = writer.length
      const reader = new ByteReader(writer.finish())
      const values = fields.map((each) => read(reader, each))

      t.deepEqual(
        values,
        fields.map(({ kind, value }) =>
          kind === 'blob' ? new Uint8Array(value) : value,
        ) as unknown[],
      )
      t.true(reader.ok)
      t.is(reader.at, written)
      t.is(reader.left, 0)
      t.is(writer.length, 0)
    }),
  )
})

test('bytes: any bytes cut anywhere: the reader fails or stays inside, never throws', (t) => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 60 }),
      fc.array(field, { maxLength: 8 }),
      (bytes, fields) => {
        const reader = new ByteReader(bytes)
        for (const each of fields) {
          read(reader, each)
          t.true(reader.at <= bytes.length)
        }
        if (!reader.ok) t.is(reader.uint32(), 0)
      },
    ),
  )
})

test('bytes: a length beyond the end: fails without taking memory', (t) => {
  const bytes = new ByteWriter().varint(Number.MAX_SAFE_INTEGER).byte(1).finish()

  for (const take of ['text', 'blob'] as const) {
    const reader = new ByteReader(bytes)
    t.is(reader[take]().length, 0)
    t.false(reader.ok)
  }
})

test('bytes: a finished array: is not changed by what is written next', (t) => {
  const writer = new ByteWriter()
  const first = writer.text('abc').finish()
  writer.text('xyz').finish()

  t.is(new ByteReader(first).text(), 'abc')
})

test('bytes: a writer that grew past a MiB: starts small again and still writes', (t) => {
  const writer = new ByteWriter()
  t.is(writer.raw(new Uint8Array(3 << 20)).finish().length, 3 << 20)
  t.is(new ByteReader(writer.rawText('abc').finish()).raw(3).length, 3)
})

test('bytes: a reader of a part: sees nothing around it', (t) => {
  const reader = new ByteReader(Uint8Array.of(1, 2, 3, 4), 1, 3)

  t.deepEqual([reader.byte(), reader.byte(), reader.ok], [2, 3, true])
  t.deepEqual([reader.byte(), reader.ok], [0, false])
})

test('bytes: text and bytes: all 256 values there and back', (t) => {
  const text = String.fromCharCode(...Array.from({ length: 256 }, (_, i) => i))
  const bytes = textToBytes(text)

  t.is(bytes.length, 256)
  t.is(bytesToText(bytes), text)
  t.is(bytesToText(new Uint8Array(bytes).subarray(65, 68)), 'ABC')
  t.true(bytesEqual(bytes, new Uint8Array(bytes)))
  t.false(bytesEqual(bytes, bytes.subarray(1)))
})
