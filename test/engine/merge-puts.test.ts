// Texts that are put are noted, and written once somebody asks for the bytes of the entry: the same bytes.

import test from 'ava'
import { codes, OperationWriter } from '../../src/engine/merge/operations.js'

type Act = (writer: OperationWriter) => void

const put =
  (db: number, key: string, text: string): Act =>
  (writer) =>
    writer.put(db, key, text)
const written =
  (db: number, key: string, text: string): Act =>
  (writer) =>
    writer.begin(codes.put, db, key).text(text)
const clear: Act = (writer) => {
  writer.begin(codes.clear, 0, 'k2')
}
const clearAll: Act = (writer) => {
  writer.beginAll(codes.clearAll, 0)
}

function bytesOf(writer: OperationWriter, acts: readonly Act[]): Uint8Array {
  for (const act of acts) act(writer)
  const made = writer.finish()
  const bytes = made.bytes()
  if (made.size < bytes.length) throw new Error('the size is at least that of the bytes')
  return bytes
}

const long = 'x'.repeat(20_000)
type Put = readonly [db: number, key: string, text: string]

const puts: readonly (readonly Put[])[] = [
  [[0, 'k1', 'a']],
  [
    [0, 'k1', ''],
    [0, 'k1', 'b'],
    [0, '', 'c'],
    [0, 'k2', long],
  ],
  [
    [3, 'k1', 'a'],
    [4, 'k1', 'b'],
    [4, 'k1', 'c'],
    [3, 'k1', 'd'],
  ],
  [[200, long, 'é\xff']],
]

for (const [behind, name] of [
  [[], 'nothing'],
  [[clear], 'an operation on a key'],
  [[clearAll], 'one without a key'],
  [[clear, put(0, 'k2', 'z'), clearAll, put(0, 'k2', 'z')], 'others and puts'],
] as const) {
  test(`merging: puts, and ${name} behind them: the bytes are those of operations written at once`, (t) => {
    const noted = new OperationWriter()
    const direct = new OperationWriter()
    for (const each of puts) {
      const rest = behind.map((act) =>
        act === clear || act === clearAll ? act : put(0, 'k2', 'z'),
      )
      const atOnce = behind.map((act) =>
        act === clear || act === clearAll ? act : written(0, 'k2', 'z'),
      )
      const bytes = bytesOf(noted, [...each.map((of) => put(...of)), ...rest])
      t.deepEqual(bytes, bytesOf(direct, [...each.map((of) => written(...of)), ...atOnce]))
    }
    t.is(noted.finish().size, 0)
  })
}

test('merging: a key that was put last needs no name in the next operation', (t) => {
  const writer = new OperationWriter()
  t.false(writer.isAt(0, 'k'))
  writer.put(0, 'k', 'a')
  t.true(writer.isAt(0, 'k'))
  t.false(writer.isAt(1, 'k'))
  const operations = writer.finish()
  t.false(writer.isAt(0, 'k'))
  t.deepEqual(operations.bytes(), operations.bytes())
})
