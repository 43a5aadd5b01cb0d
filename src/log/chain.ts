// The hash chain over a group's entries: h = H(previous h, term, index, bytes). Equal on all members
// of a group at equal positions; kept in log records and checked with each append.

import { type Hash64, hashBytes } from '../base/hash.js'

/** Chain hash behind an entry. */
export function chainEntry(
  previous: Hash64,
  entry: { readonly term: number; readonly index: number },
  bytes: Uint8Array,
): Hash64 {
  return hashBytes(bytes, {
    high: (Math.imul(previous.high, 0x2c1b3c6d) + Math.imul(entry.term, 0x297a2d39)) >>> 0,
    low: (Math.imul(previous.low, 0x297a2d39) ^ Math.imul(entry.index, 0x2c1b3c6d)) >>> 0,
  })
}
