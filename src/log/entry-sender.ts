// How a leader of a total-order strategy brings entries to the others: everything proposed in one turn
// leaves in one message per peer, several are in flight within a window, peers at the same place get
// the same encoded bytes, and a peer behind the cut log gets a snapshot, which travels beside the strategy.

import type { LogEntry } from '../api/entry.js'
import type { MemberId } from '../api/ids.js'
import type { Position } from '../api/position.js'
import type { LogRange } from '../api/strategy.js'
import type { Hash64 } from '../base/hash.js'
import { Feed } from './feed.js'
import type { Progress } from './progress.js'
import type { ReplicaLog } from './replica-log.js'

/** Entries behind `previous`, and the chain hash there. */
export interface EntryRun {
  readonly previous: Position
  readonly chain: Hash64
  readonly entries: readonly LogEntry[]
}

export interface SenderHost<Word> {
  readonly progress: ReadonlyMap<MemberId, Progress>
  /** Which message a peer gets. */
  wordFor(id: MemberId, peer: Progress): Word
  /** The last entry that a peer may have. */
  lastFor(id: MemberId, peer: Progress): number
  encode(word: Word, run: EntryRun): Uint8Array
  send(id: MemberId, bytes: Uint8Array): void
  needSnapshot(id: MemberId, peer: Progress): void
  fetch(range: LogRange): void
}

/** The last message that was made in this flush. */
interface Encoded<Word> {
  readonly word: Word
  readonly next: number
  readonly last: number
  readonly count: number
  readonly size: number
  readonly bytes: Uint8Array
}

export class EntrySender<Word> {
  readonly #log: ReplicaLog
  readonly #host: SenderHost<Word>
  readonly #feed: Feed

  /** `messageBytes`: bytes of entries in one message; a larger single entry goes alone. */
  constructor(log: ReplicaLog, messageBytes: number, host: SenderHost<Word>) {
    this.#log = log
    this.#host = host
    this.#feed = new Feed(log.tail, messageBytes)
  }

  /** Sends what there is to send. */
  flush(): void {
    const host = this.#host
    let cache: Encoded<Word> | null = null
    for (const [id, peer] of host.progress) {
      const last = host.lastFor(id, peer)
      while (peer.isOpen && (peer.next <= last || peer.state === 'probe')) {
        const word = host.wordFor(id, peer)
        const isSame: boolean =
          cache !== null &&
          cache.next === peer.next &&
          cache.word === word &&
          cache.last === last &&
          peer.state === 'replicate'
        const made: Encoded<Word> | null = isSame ? cache : this.#make({ id, peer, word, last })
        if (made === null) break
        cache = made
        host.send(id, made.bytes)
        peer.sent(made.count, made.size)
        peer.commitSent = this.#log.commit
      }
    }
  }

  /** The disk answered a fetch. Empty, or not what the tail remembers: whoever waits needs a snapshot. */
  fetched(entries: readonly LogEntry[]): void {
    if (this.#feed.answered(entries)) return
    const { tail } = this.#log
    for (const [id, peer] of this.#host.progress) {
      const isWaiting = peer.isOpen && peer.next <= tail.evicted && peer.next > tail.base.index
      if (isWaiting && tail.entryAt(peer.next) === null) this.#host.needSnapshot(id, peer)
    }
  }

  #make(of: {
    readonly id: MemberId
    readonly peer: Progress
    readonly word: Word
    readonly last: number
  }): Encoded<Word> | null {
    const { id, peer, word, last } = of
    const { tail } = this.#log
    const index = peer.next - 1
    const term = tail.termAt(index)
    const chain = tail.chainAt(index)
    if (term === null || chain === null) {
      this.#host.needSnapshot(id, peer)
      return null
    }
    const found = this.#feed.take(peer.next, (range) => this.#host.fetch(range))
    if (found === null) return null
    const isAll = index + found.length <= last
    const entries = isAll ? found : found.slice(0, Math.max(0, last - index))
    let size = 0
    for (const entry of entries) size += entry.payload.size
    const bytes = this.#host.encode(word, { previous: { term, index }, chain, entries })
    return { word, next: peer.next, last, count: entries.length, size, bytes }
  }
}
