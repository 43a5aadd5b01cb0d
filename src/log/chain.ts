// The hash chain over a group's entries: h = H(previous h, term, index, bytes). Equal on all members
// of a group at equal positions; kept in log records and checked with each append.

import { type Hash64, hashBytes } from '../base/hash.js'

interface Link {
  readonly bytes: Uint8Array
  readonly seed: Hash64
  readonly chain: Hash64
}

/** Links that were made once: the tail of a log and its record on disk both want them, one right after the other. */
const made: Link[] = []
const madeMax = 8
/** Longer ones are not kept alive for that. */
const madeBytesMax = 1024 * 1024

/** Chain hash behind an entry. */
export function chainEntry(
  previous: Hash64,
  entry: { readonly term: number; readonly index: number },
  bytes: Uint8Array,
): Hash64 {
  const seed = {
    high: (Math.imul(previous.high, 0x2c1b3c6d) + Math.imul(entry.term, 0x297a2d39)) >>> 0,
    low: (Math.imul(previous.low, 0x297a2d39) ^ Math.imul(entry.index, 0x2c1b3c6d)) >>> 0,
  }
  const at = made.findIndex((link) => link.bytes === bytes)
  if (at >= 0) {
    const [link] = made.splice(at, 1) as [Link]
    if (link.seed.high === seed.high && link.seed.low === seed.low) return link.chain
  }
  const chain = hashBytes(bytes, seed)
  if (bytes.length <= madeBytesMax) {
    if (made.length === madeMax) made.shift()
    made.push({ bytes, seed, chain })
  }
  return chain
}
