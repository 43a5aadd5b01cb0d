// Late answers to commands of an origin without a replica, as the leader tells them: handed on in the order of
// their numbers, each behind the answers of the batch that queued its command, and none left out. What
// does not come has to be asked for.

import { type Reply, silent } from '../api/reply.js'
import type { KnownWaiters } from './blocked.js'
import type { LateAnswer, WaiterId } from './waiters.js'

export interface LateAnswersInit {
  /** The batch is under way: its commands do not wait yet, as far as is known here. */
  readonly isUnanswered: (sequence: number) => boolean
  readonly served: (answer: LateAnswer) => void
}

export class LateAnswers implements KnownWaiters {
  readonly #init: LateAnswersInit
  /** By number. */
  readonly #stash = new Map<number, LateAnswer>()
  #next = 1
  /** Milliseconds for which commands of the batch wait that is being answered, by their place in it. */
  readonly #timeouts = new Map<number, number>()

  constructor(init: LateAnswersInit) {
    this.#init = init
  }

  /** Number of the last one that was handed on. */
  get heard(): number {
    return this.#next - 1
  }

  /** Some are known and not handed on yet. */
  get isStalled(): boolean {
    return this.#stash.size > 0
  }

  came(answer: LateAnswer): void {
    if (answer.number < this.#next) return
    this.#stash.set(answer.number, answer)
    this.release()
  }

  /** Those before are forgotten; whether any was not handed on. */
  skipTo(number: number): boolean {
    if (number <= this.#next) return false
    for (const known of this.#stash.keys()) if (known < number) this.#stash.delete(known)
    this.#next = number
    return true
  }

  release(): void {
    for (let next = this.#stash.get(this.#next); next !== undefined; ) {
      if (this.#init.isUnanswered(next.id.sequence)) return
      this.#stash.delete(this.#next)
      this.#next++
      this.#init.served(next)
      next = this.#stash.get(this.#next)
    }
  }

  /** The numbering of this origin begins anew. */
  reset(): void {
    this.#stash.clear()
    this.#next = 1
  }

  /** The batch is answered next. */
  answering(replies: readonly Reply[], timeouts: readonly number[]): void {
    this.#timeouts.clear()
    let at = 0
    replies.forEach((reply, index) => {
      if (reply === silent) this.#timeouts.set(index, timeouts[at++] ?? 0)
    })
  }

  find({ index }: WaiterId): { readonly timeoutMs: number } | undefined {
    const timeoutMs = this.#timeouts.get(index)
    return timeoutMs === undefined ? undefined : { timeoutMs }
  }

  has(): boolean {
    return true
  }

  answerOf(): LateAnswer | null {
    return null
  }
}
