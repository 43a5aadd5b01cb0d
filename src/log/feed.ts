// Entries for peers: from the tail in memory or, where they were evicted, read back from the disk on
// demand. Driven by the leader of a total-order strategy when it sends.

import type { LogEntry } from '../api/entry.js'
import type { LogRange } from '../api/strategy.js'
import type { Tail } from './tail.js'

/** How many messages' worth of bytes one reading from the disk brings. */
const fetchMessages = 4

export class Feed {
  readonly #tail: Tail
  readonly #messageBytes: number
  #fetched: readonly LogEntry[] = []
  #isFetching = false

  /** `messageBytes`: bytes of entries in one message; a larger single entry goes alone. */
  constructor(tail: Tail, messageBytes: number) {
    this.#tail = tail
    this.#messageBytes = messageBytes
  }

  /** Entries from `next` on; null while they are on their way from the disk, which `fetch` is told once. */
  take(next: number, fetch: (range: LogRange) => void): readonly LogEntry[] | null {
    if (next > this.#tail.last) return []
    const found = this.#tail.run(next, this.#messageBytes)
    if (found.length > 0) return found
    const at = this.#fetched.findIndex((entry) => entry.index === next)
    if (at >= 0) return takeBytes(this.#fetched, at, this.#messageBytes)
    if (!this.#isFetching) {
      this.#isFetching = true
      fetch({ from: next, to: this.#fetchEnd(next) })
    }
    return null
  }

  /** The disk answered: false where it has not what the tail remembers, so who waits needs a snapshot. */
  answered(entries: readonly LogEntry[]): boolean {
    if (!this.#isFetching) return true
    this.#isFetching = false
    const isKnown = entries.every((entry) => this.#tail.termAt(entry.index) === entry.term)
    this.#fetched = isKnown ? entries : []
    return this.#fetched.length > 0
  }

  #fetchEnd(from: number): number {
    let to = from
    let bytes = this.#tail.sizeAt(from)
    while (to < this.#tail.evicted && bytes < this.#messageBytes * fetchMessages) {
      to++
      bytes += this.#tail.sizeAt(to)
    }
    return to
  }
}

function takeBytes(
  entries: readonly LogEntry[],
  from: number,
  bytesMax: number,
): readonly LogEntry[] {
  let to = from + 1
  let bytes = (entries[from] as LogEntry).payload.size
  while (to < entries.length) {
    bytes += (entries[to] as LogEntry).payload.size
    if (bytes > bytesMax) break
    to++
  }
  return entries.slice(from, to)
}
