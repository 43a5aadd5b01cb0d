// Calls with copies on their way to the group that slots move to: several at a time, so that neither a sync nor a round
// of messages is waited for by each, and no more than other commands there can bear to wait behind. They arrive in the
// order in which they were sent, once each, as all that one caller sends to a group. Also how far the batch is.

import { type Group, type Lane, makeLane } from '../api/group.js'
import { limits } from '../api/limits.js'
import { isError, isStatus, type Reply } from '../api/reply.js'
import type { MoveProgress } from '../api/move-progress.js'
import { slotCall } from '../api/slot-moves.js'
import { hasBug } from '../base/seeded-bug.js'
import type { CopyBuffer } from '../shard/slot-copy.js'
import type { SlotSizes } from './slot-sizes.js'

interface Call {
  readonly weight: number
  readonly bytes: number
  readonly attempt: number
}

export class Copies {
  readonly #target: Group
  readonly #lane: Lane
  readonly #news: () => void
  /** By ticket, of earlier attempts, too. */
  readonly #flight = new Map<number, Call>()
  #weight = 0
  #ticket = 0
  #attempt = 0
  #sizes: SlotSizes = { keys: 0, bytes: 0 }
  #keys = 0
  #bytes = 0
  /** Calls of this attempt. */
  sent = 0
  /** Why one did not arrive, or empty. */
  failure = ''
  /** The slot that is copied. */
  slot = 0

  constructor(target: Group, news: () => void = () => undefined) {
    this.#target = target
    this.#news = news
    this.#lane = makeLane({ answer: (ticket, reply) => this.#answered(ticket, reply) })
  }

  /** An attempt begins: what earlier ones sent still takes room, and counts for nothing else. */
  begin(sizes: SlotSizes): void {
    this.#attempt++
    this.#sizes = sizes
    this.#keys = 0
    this.#bytes = 0
    this.sent = 0
    this.failure = ''
  }

  get isEmpty(): boolean {
    return this.#flight.size === 0
  }

  /** One call may be larger than the bound: it goes alone. */
  hasRoom({ weight }: Pick<CopyBuffer, 'weight'>): boolean {
    return this.isEmpty || this.#weight + weight <= limits.moveFlightBytes
  }

  send(head: readonly string[], buffer: CopyBuffer): void {
    const { weight, bytes } = buffer
    this.#flight.set(++this.#ticket, { weight, bytes, attempt: this.#attempt })
    this.#weight += weight
    this.sent++
    this.#target.submit(this.#lane, slotCall([...head, ...buffer.take()], this.#ticket))
  }

  /** All of a key was sent. */
  keyDone(): void {
    this.#keys++
  }

  /** Of what was there when the batch was looked at: copies that are copied again are not counted twice. */
  get progress(): MoveProgress {
    const { keys, bytes } = this.#sizes
    return {
      slot: this.slot,
      keys: Math.min(this.#keys, keys),
      keysTotal: keys,
      bytes: Math.min(this.#bytes, bytes),
      bytesTotal: bytes,
    }
  }

  #answered(ticket: number, reply: Reply): void {
    const call = this.#flight.get(ticket)
    if (call === undefined) return
    this.#flight.delete(ticket)
    this.#weight -= call.weight
    this.#news()
    if (call.attempt !== this.#attempt) return
    if (isStatus(reply)) {
      this.#bytes += call.bytes
      return
    }
    if (hasBug('move-copy-skipped')) {
      this.sent--
      return
    }
    this.failure = because('copies did not arrive', reply)
  }
}

/** What failed, and what the other side says of it, if anything. */
export function because(what: string, reply: Reply): string {
  const said = isError(reply) ? reply.text : typeof reply === 'string' ? reply : ''
  return said === '' ? what : `${what}: ${said}`
}
