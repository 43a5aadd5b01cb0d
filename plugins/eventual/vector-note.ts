// The bytes of what a member says that it holds, read back. It comes twenty times a second for each group and member.

import { type ByteReader, Vector } from 'quorate/plugin'
import { firstVersion, readVersion } from './list.js'
import type { VectorNote } from './messages.js'

/** Null for bytes that are none. */
export function readVectorNote(reader: ByteReader): VectorNote | null {
  const vector = Vector.decode(reader)
  if (vector === null) return null
  const made = reader.varint()
  const promise = reader.varint()
  const safe = reader.varint()
  const life = reader.varint()
  const recovering = reader.boolean()
  const isSettled = reader.boolean()
  const held = Vector.decode(reader)
  if (held === null) return null
  const hasReach = reader.boolean()
  const reach = hasReach ? Vector.decode(reader) : null
  const guessed = hasReach ? Vector.decode(reader) : null
  // One alone would be taken for a note of a group that waits for no other.
  if (hasReach && (reach === null || guessed === null)) return null
  const follows = reader.left > 0 ? readVersion(reader) : firstVersion
  // Each field by its name: a copy with more fields costs V8 much.
  return {
    kind: 'vector',
    vector,
    made,
    promise,
    safe,
    life,
    recovering,
    isSettled,
    held,
    reach,
    guessed,
    follows,
  }
}
