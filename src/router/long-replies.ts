// Long replies of one connection, made piece by piece as they leave: one of millions of items must not
// be one turn, nor be in memory as text. The session asks for the next piece of its oldest reply.

import type { ReplyText } from '../api/door.js'
import { limits } from '../api/limits.js'

export class LongReplies {
  /** By ticket. */
  readonly #texts = new Map<number, ReplyText>()

  add(ticket: number, text: ReplyText): void {
    this.#texts.set(ticket, text)
  }

  /** Whether the reply to `ticket` has more to come. */
  has(ticket: number): boolean {
    return this.#texts.has(ticket)
  }

  /** What comes next of the reply to `ticket`. */
  next(ticket: number): string {
    const text = this.#texts.get(ticket)
    if (text === undefined) return ''
    const piece = text.next(limits.replySliceChars)
    if (text.isOver) this.#texts.delete(ticket)
    return piece
  }
}
