// The answer windows: replicated state that makes re-sent batches take effect once. Per origin it
// keeps the last sequence applied and the answers that the origin has not acknowledged yet. Part of
// checkpoints and snapshots. Changed only by the executor, in log order.

import type { EntryHead } from '../api/entry.js'
import type { Reply } from '../api/reply.js'
import { unknownResult } from '../api/replies.js'
import { decodeReply, encodeReply } from '../api/reply-codec.js'
import { limits } from '../api/limits.js'
import type { ByteReader, ByteWriter } from '../base/bytes.js'
import { hasBug } from '../base/seeded-bug.js'
import { estimate } from './estimate.js'
import { Waiters } from './waiters.js'

interface Answers {
  readonly sequence: number
  replies: readonly Reply[]
  bytes: number
}

interface Window {
  incarnation: number
  /** Highest sequence executed; every lower one was executed before it. */
  applied: number
  /** Contiguous sequences up to `applied`, oldest first. */
  answers: Answers[]
  /** Estimated bytes of `answers`. */
  bytes: number
}

/** What to do with an entry of commands: run it, or do nothing because it ran, came too early or is of a dead origin. */
export type Admission = 'execute' | 'repeat' | 'gap' | 'stale'

export class Windows {
  #windows = new Map<number, Window>()
  /** Commands that wait, and the answers that came to them late. */
  readonly waiters = new Waiters()

  admit(head: EntryHead): Admission {
    const window = this.#windows.get(head.origin)
    if (window === undefined || head.incarnation > window.incarnation) {
      return head.sequence === 1 ? 'execute' : 'gap'
    }
    if (head.incarnation < window.incarnation) return 'stale'
    if (hasBug('shard-gap-reorders')) {
      return window.answers.some((each) => each.sequence === head.sequence) ? 'repeat' : 'execute'
    }
    if (head.sequence <= window.applied) return hasBug('shard-dedup-off') ? 'execute' : 'repeat'
    return head.sequence === window.applied + 1 ? 'execute' : 'gap'
  }

  /** Notes the answers of an admitted entry and drops what its origin has acknowledged. */
  record(head: EntryHead, replies: readonly Reply[]): void {
    let window = this.#windows.get(head.origin)
    if (window === undefined || window.incarnation < head.incarnation) {
      window = { incarnation: head.incarnation, applied: 0, answers: [], bytes: 0 }
      this.#windows.set(head.origin, window)
    }
    window.applied = head.sequence
    const bytes = estimate(replies)
    window.answers.push({ sequence: head.sequence, replies, bytes })
    window.bytes += bytes
    trim(window, head.acknowledged)
    if (window.bytes > limits.answerBytesMax) forget(window)
  }

  /** The answers kept for a batch, or null. */
  find(origin: number, incarnation: number, sequence: number): readonly Reply[] | null {
    const window = this.#windows.get(origin)
    if (window === undefined || window.incarnation !== incarnation) return null
    return window.answers.find((each) => each.sequence === sequence)?.replies ?? null
  }

  /** The last sequence applied of an origin's incarnation; 0 when nothing of it was. */
  applied(origin: number, incarnation: number): number {
    const window = this.#windows.get(origin)
    return window !== undefined && window.incarnation === incarnation ? window.applied : 0
  }

  /** The incarnation that an origin is known by, 0 for none. */
  incarnation(origin: number): number {
    return this.#windows.get(origin)?.incarnation ?? 0
  }

  encode(writer: ByteWriter): void {
    if (hasBug('shard-window-not-in-snapshot')) {
      writer.varint(0)
      return
    }
    const origins = [...this.#windows.keys()].sort((a, b) => a - b)
    writer.varint(origins.length)
    for (const origin of origins) {
      const window = this.#windows.get(origin) as Window
      writer.varint(origin).varint(window.incarnation).varint(window.applied)
      writer.varint(window.answers.length)
      for (const each of window.answers) {
        writer.varint(each.sequence).varint(each.replies.length)
        for (const reply of each.replies) encodeReply(writer, reply)
      }
    }
  }

  /** Replaces everything; false, and changes nothing, where the bytes are no windows. */
  decode(reader: ByteReader): boolean {
    const windows = new Map<number, Window>()
    const count = reader.varint()
    for (let w = 0; w < count && reader.ok; w++) {
      const origin = reader.varint()
      const window: Window = {
        incarnation: reader.varint(),
        applied: reader.varint(),
        answers: [],
        bytes: 0,
      }
      const answers = reader.varint()
      for (let a = 0; a < answers && reader.ok; a++) {
        const sequence = reader.varint()
        const replyCount = reader.varint()
        const replies: Reply[] = []
        for (let r = 0; r < replyCount && reader.ok; r++) replies.push(decodeReply(reader))
        const bytes = estimate(replies)
        window.answers.push({ sequence, replies, bytes })
        window.bytes += bytes
      }
      windows.set(origin, window)
    }
    if (!reader.ok) return false
    this.#windows = windows
    return true
  }
}

function trim(window: Window, acknowledged: number): void {
  let drop = 0
  while (
    drop < window.answers.length &&
    (window.answers[drop] as Answers).sequence <= acknowledged
  ) {
    window.bytes -= (window.answers[drop] as Answers).bytes
    drop++
  }
  if (drop > 0) window.answers.splice(0, drop)
}

/** Too many bytes: the oldest answers become "unknown", by a rule that is the same on every replica. */
function forget(window: Window): void {
  for (const each of window.answers) {
    if (window.bytes <= limits.answerBytesMax / 2) return
    window.bytes -= each.bytes
    each.replies = each.replies.map(() => unknownResult)
    each.bytes = each.replies.length * 8
    window.bytes += each.bytes
  }
}
