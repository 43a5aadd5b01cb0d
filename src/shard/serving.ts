// Serves waiters behind a command that changed keys they wait for, before anything else is executed: key
// by key in the order of the changes, the waiters of a key in the order of the log. A command that
// moves an element makes another key ready, which follows. Driven by the executor in steps.

import { type Engine, later, waits } from '../api/engine.js'
import { groupGone, keyGone } from '../api/replies.js'
import { isError, isStatus, type Reply } from '../api/reply.js'
import type { WaitedKey, Waiter, Waiters } from './waiters.js'

export type Served = (waiter: Waiter, reply: Reply, number: number) => void

/** What the engine is asked in between: the type of the key, or a waiter's command. */
type Question = { readonly kind: 'type' } | { readonly kind: 'attempt'; readonly waiter: Waiter }

export class Serving {
  readonly #engine: Engine
  readonly #waiters: Waiters
  readonly #served: Served
  #key: WaitedKey | null = null
  /** What the key holds. */
  #type = ''
  #queue: readonly Waiter[] = []
  #at = 0
  /** Asked, and the engine goes on with it. */
  #open: Question | null = null

  constructor(engine: Engine, waiters: Waiters, served: Served) {
    this.#engine = engine
    this.#waiters = waiters
    this.#served = served
  }

  /** Goes on for at most about `elements`; true when nobody is left to serve. */
  step(elements: number): boolean {
    for (let left = elements; left > 0; left--) {
      if (this.#open !== null) {
        const reply = this.#engine.step(left)
        if (reply === later) return false
        this.#take(this.#open, reply)
        continue
      }
      const question = this.#next()
      if (question === null) return true
      const key = this.#key as WaitedKey
      const reply =
        question.kind === 'type'
          ? this.#engine.execute(key.db, ['type', key.key])
          : this.#engine.execute(key.db, attemptOf(question.waiter, key.key), true)
      if (reply === later) this.#open = question
      else this.#take(question, reply)
    }
    return false
  }

  #next(): Question | null {
    for (;;) {
      for (; this.#at < this.#queue.length; this.#at++) {
        const waiter = this.#queue[this.#at] as Waiter
        if (!this.#waiters.isWaiting(waiter)) continue
        if (waiter.value === this.#type) return { kind: 'attempt', waiter }
        if (waiter.endsWithKey) this.#end(waiter, keyGone)
      }
      this.#key = this.#waiters.nextReady()
      if (this.#key === null) return null
      this.#queue = []
      this.#at = 0
      return { kind: 'type' }
    }
  }

  #take(question: Question, reply: Reply): void {
    this.#open = null
    if (question.kind === 'type') {
      this.#type = wordOf(reply)
      this.#queue = [...(this.#key as WaitedKey).waiters]
      return
    }
    const { waiter } = question
    this.#at++
    if (reply !== waits) {
      const isGone = waiter.endsWithKey && isError(reply) && reply.text.startsWith('NOGROUP')
      this.#end(waiter, isGone ? groupGone : reply)
    } else if (waiter.value !== 'stream') {
      // Nothing is left for anybody: the others would find as much.
      this.#at = this.#queue.length
    }
  }

  #end(waiter: Waiter, reply: Reply): void {
    this.#served(waiter, reply, this.#waiters.serve(waiter, reply))
  }
}

function attemptOf(waiter: Waiter, key: string): readonly string[] {
  return waiter.attempts[waiter.keys.indexOf(key)] as readonly string[]
}

function wordOf(reply: Reply): string {
  return isStatus(reply) ? reply.text : ''
}
