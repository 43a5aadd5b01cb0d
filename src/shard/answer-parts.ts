// The answers to one batch, put together from the messages in which they came: in order, or from the first again.

import type { Reply } from '../api/reply.js'
import type { Answers } from './guest-messages.js'

export class AnswerParts {
  #sequence = 0
  replies: Reply[] = []
  /** Of those that wait on, in their order: milliseconds. */
  timeouts: number[] = []

  /** False where the part does not follow those before it. */
  add({ sequence, first, replies, timeouts }: Answers): boolean {
    if (first === 0) {
      this.#sequence = sequence
      this.replies = []
      this.timeouts = []
    }
    if (sequence !== this.#sequence || first !== this.replies.length) return false
    for (const reply of replies) this.replies.push(reply)
    this.timeouts.push(...timeouts)
    return true
  }
}
