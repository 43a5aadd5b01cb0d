// Sizes up to which Redis keeps a container in its compact form. Nothing of ours is kept in another way,
// but what OBJECT ENCODING names, in which order an intset answers, what SCAN gives at once and where
// streams are cut follow from it. CONFIG SET changes the sizes of a whole group, through its log.

import { type SizeSettings, sizesFirst } from '../../api/group-settings.js'
import { limits } from '../../api/limits.js'
import { type HashValue, hashEncodings } from './hash.js'
import { isInt64 } from './integer.js'
import { setEncodings } from './set.js'
import type { StreamPart } from './stream-part.js'

/** Where nodes have no bound, and at most. */
const trimmedUnbounded = 10_000
const trimmedMax = 1_000_000

export class CompactSizes {
  readonly intsetEntries: number
  /** Entries that trimming about a length examines at most: those of a hundred nodes. */
  readonly trimmed: number
  readonly #hashEntries: number
  readonly #hashBytes: number
  readonly #setEntries: number
  readonly #setBytes: number
  readonly #zsetEntries: number
  readonly #zsetBytes: number
  readonly #nodeEntries: number
  readonly #nodeBytes: number

  constructor(sizes: SizeSettings = sizesFirst) {
    this.intsetEntries = bounded(sizes['set-max-intset-entries'])
    this.#hashEntries = bounded(sizes['hash-max-listpack-entries'])
    this.#hashBytes = bounded(sizes['hash-max-listpack-value'])
    this.#setEntries = bounded(sizes['set-max-listpack-entries'])
    this.#setBytes = bounded(sizes['set-max-listpack-value'])
    this.#zsetEntries = bounded(sizes['zset-max-listpack-entries'])
    this.#zsetBytes = bounded(sizes['zset-max-listpack-value'])
    // A node is a part, and 0 means no bound.
    this.#nodeEntries = part(sizes['stream-node-max-entries'], limits.segmentEntriesMax)
    const entries = sizes['stream-node-max-entries']
    this.trimmed = entries === 0 ? trimmedUnbounded : Math.min(100 * entries, trimmedMax)
    this.#nodeBytes = part(sizes['stream-node-max-bytes'], limits.segmentBytesMax)
  }

  /** The encoding of a hash that just got a field, as Redis 7.0 chooses it. */
  ofHash(hash: HashValue, field: string, text: string): number {
    if (hash.encoding === hashEncodings.hashtable) return hash.encoding
    const longest = this.#hashBytes
    const fits =
      hash.body.size <= this.#hashEntries && field.length <= longest && text.length <= longest
    return fits ? hashEncodings.listpack : hashEncodings.hashtable
  }

  /** The encoding of a set of `encoding` that just got a member and has `size` now, as in Redis 7.2. */
  ofSet(encoding: number, size: number, member: string): number {
    if (encoding === setEncodings.hashtable) return encoding
    if (encoding === setEncodings.intset && isInt64(member)) {
      return size <= this.intsetEntries ? encoding : setEncodings.hashtable
    }
    const fits = size <= this.#setEntries && member.length <= this.#setBytes
    return fits ? setEncodings.listpack : setEncodings.hashtable
  }

  /** Whether a sorted set of `size` entries, the longest of them of `bytes`, is a listpack. */
  fitsZset(size: number, bytes: number): boolean {
    return size <= this.#zsetEntries && bytes <= this.#zsetBytes
  }

  /** Redis would begin another node behind this one. */
  isFull({ taken, nodeBytes }: StreamPart): boolean {
    return taken >= this.#nodeEntries || nodeBytes >= this.#nodeBytes
  }
}

/** Those beyond the bound would be walked in one go. */
function bounded(size: number): number {
  return Math.min(size, limits.compactMax)
}

function part(size: number, max: number): number {
  return size === 0 ? max : Math.min(size, max)
}
