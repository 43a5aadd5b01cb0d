// What a member must never forget: above which stamp its next run begins, and that it lost entries which it has
// not got back.

import { assert, ByteReader, ByteWriter, causes, type RecoveryCause } from 'quorate/plugin'

export interface HardState {
  /** No stamp above this one was ever made by this member. */
  readonly reserved: number
  /** It began to recover, and did not end. */
  readonly recovering: RecoveryCause | null
  /** It holds more than other groups of its keyspace have caught up with. */
  readonly isAhead: boolean
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

export function encodeHardState({ reserved, recovering, isAhead }: HardState): Uint8Array {
  const writer = new ByteWriter(16).byte(version).varint(reserved)
  return writer.byte(causes.indexOf(recovering)).boolean(isAhead).finish()
}

export function decodeHardState(bytes: Uint8Array | null): HardState {
  if (bytes === null) return { reserved: 0, recovering: null, isAhead: false }
  const reader = new ByteReader(bytes)
  assert(reader.byte() === version, 'the hard state has a known version')
  const reserved = reader.varint()
  const recovering = causes[reader.byte()]
  assert(reader.ok && recovering !== undefined, 'the hard state is whole')
  // Older versions did not tell.
  const isAhead = reader.left > 0 && reader.boolean()
  return { reserved, recovering, isAhead }
}
