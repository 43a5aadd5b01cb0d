// What a member must never forget: above which stamp its next run begins, and that it lost entries which it has
// not got back.

import {
  assert,
  ByteReader,
  ByteWriter,
  causes,
  type MemberList,
  type RecoveryCause,
  Vector,
} from 'quorate/plugin'
import { readList, writeList } from './list.js'

export interface HardState {
  /** No stamp above this one was ever made by this member. */
  readonly reserved: number
  /** It began to recover, and did not end. */
  readonly recovering: RecoveryCause | null
  /** It holds more than other groups of its keyspace have caught up with. */
  readonly isAhead: boolean
  /** Where groups wait for each other: within this there are no entries but those of the log. Others said so; none of it is a guess. */
  readonly known: Vector
  /** The members that it follows; null for those that the group began with. */
  readonly list: MemberList | null
}

/** From the one that takes most. */
const worst: readonly RecoveryCause[] = ['disk-lost', 'log-damaged', 'unclean-stop']

/** Who crashes in the midst of a recovery recovers from what it had lost before, too. */
export function worseOf(
  found: RecoveryCause | null,
  before: RecoveryCause | null,
): RecoveryCause | null {
  return worst.find((cause) => cause === found || cause === before) ?? found ?? before
}

const version = 1

export function encodeHardState(state: HardState): Uint8Array {
  const { reserved, recovering, isAhead, known, list } = state
  const writer = new ByteWriter(32).byte(version).varint(reserved)
  known.encode(writer.byte(causes.indexOf(recovering)).boolean(isAhead))
  if (list !== null) writeList(writer, list)
  return writer.finish()
}

export function decodeHardState(bytes: Uint8Array | null): HardState {
  if (bytes === null)
    return { reserved: 0, recovering: null, isAhead: false, known: new Vector(), list: null }
  const reader = new ByteReader(bytes)
  assert(reader.byte() === version, 'the hard state has a known version')
  const reserved = reader.varint()
  const recovering = causes[reader.byte()]
  assert(reader.ok && recovering !== undefined, 'the hard state is whole')
  // Older versions did not tell.
  const isAhead = reader.left > 0 && reader.boolean()
  const known = reader.left > 0 ? Vector.decode(reader) : new Vector()
  assert(known !== null, 'the hard state is whole')
  const list = reader.left > 0 ? readList(reader) : null
  return { reserved, recovering, isAhead, known, list }
}
