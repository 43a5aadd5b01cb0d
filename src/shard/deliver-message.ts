// Which part of a shard a message from another member is for.

import { BusyNews } from './busy-news.js'
import type { MemberId, Now } from '../api/ids.js'
import type { Strategy } from '../api/strategy.js'
import { decodeAsk } from './guest-messages.js'
import type { Guests } from './guests.js'
import type { RemoteReads } from './remote-reads.js'
import { type Channel, channels } from './sink.js'
import type { Storage } from './storage.js'
import type { Writes } from './writes.js'

export interface MessageParts {
  /** Null before the shard was started: what needs one is dropped. */
  readonly strategy: Strategy | null
  readonly writes: Writes
  readonly storage: Storage
  readonly remoteReads: RemoteReads
  readonly guests: Guests
}

/** What replicas tell each other; all else is of members that are served here. */
export function isAmongReplicas(channel: Channel): boolean {
  switch (channel) {
    case channels.strategy:
    case channels.snapshotOffer:
    case channels.snapshotChunk:
    case channels.snapshotAck:
      return true
    default:
      return false
  }
}

export function deliverMessage(
  { strategy, writes, storage, remoteReads, guests }: MessageParts,
  message: {
    readonly from: MemberId
    readonly channel: Channel
    readonly body: Uint8Array
    readonly now: Now
  },
): void {
  const { from, channel, body, now } = message
  switch (channel) {
    case channels.strategy:
      strategy?.step(from, body, now)
      return
    case channels.forward:
      if (strategy !== null) writes.forwarded(strategy, from, body, now)
      return
    case channels.expect:
      writes.expected(body, now)
      return
    case channels.snapshotOffer:
    case channels.snapshotChunk:
    case channels.snapshotAck:
      if (strategy !== null) storage.message(from, channel, body, now)
      return
    case channels.read:
      if (strategy !== null) remoteReads.asked(from, body)
      return
    case channels.answer:
      remoteReads.answered(from, body)
      return
    case channels.guest:
      guests.asked(from, decodeAsk(body), now)
      return
    // Whoever has a replica sees for itself.
    case channels.host:
      return
    case channels.busy:
      writes.scripts?.news.hear(from, body, now)
      return
    case channels.kill:
      writes.scripts?.kill(BusyNews.kindOf(body))
      return
  }
}
