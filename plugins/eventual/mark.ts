// What a checkpoint or a snapshot keeps for the strategy.

import { assert, ByteReader, ByteWriter, hasBug, Vector } from 'quorate/plugin'
import { addLost } from './ledger.js'
import type { EventualState } from './state.js'

/** First byte of a mark; those before it had none, and began with a number of seats. */
const version = 0x82

/** What a checkpoint keeps: the vector, what slots hold beyond it, what is lost, what all of it may hang on, and what is stable. */
export function encodeMark({
  applied,
  appliedVector,
  overlays,
  lost,
  sure,
  floor,
  gate,
}: EventualState): Uint8Array {
  const writer = new ByteWriter(64)
  const vector = Vector.copyOf(appliedVector)
  const [first] = hasBug('eventual-mark-too-old') ? vector.rangesOf(0) : []
  if (first !== undefined) vector.remove({ ...first, after: first.upTo - 1 })
  vector.encode(writer.byte(version))
  overlays.encode(writer, applied)
  lost.encode(writer)
  sure.encode(writer)
  ;(gate?.keyspace.hangs ?? new Vector()).encode(writer)
  floor.encode(writer)
  return writer.finish()
}

type Marked = Pick<EventualState, 'overlays' | 'lost' | 'sure' | 'hangs' | 'floor'>

export function decodeMark(
  bytes: Uint8Array,
  { overlays, lost, sure, hangs, floor }: Marked,
): Vector {
  const reader = new ByteReader(bytes)
  assert(reader.byte() === version, 'the mark of a checkpoint has a known version')
  const vector = Vector.decode(reader)
  assert(vector !== null && overlays.decode(reader), 'the mark of a checkpoint is whole')
  const ranges = Vector.decode(reader)?.ranges()
  const empty = Vector.decode(reader)?.ranges()
  const causes = Vector.decode(reader)
  assert(ranges !== undefined && empty !== undefined, 'the mark of a checkpoint is whole')
  assert(causes !== null, 'the mark of a checkpoint is whole')
  assert(floor.decode(reader), 'the mark of a checkpoint is whole')
  assert(reader.ok && reader.left === 0, 'the mark of a checkpoint is whole')
  for (const range of ranges) addLost(lost, range)
  for (const range of empty) addLost(sure, range)
  hangs.join(causes)
  return vector
}
