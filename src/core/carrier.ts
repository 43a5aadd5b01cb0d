// What a hand-over carries: which slots go together, their copies on the way to the target, and the calls there. Driven by
// `HandOver`, which says when what is read here is final.

import { type Group, type Lane, makeLane } from '../api/group.js'
import { limits } from '../api/limits.js'
import { isStatus, type Reply } from '../api/reply.js'
import type { MoveProgress } from '../api/move-progress.js'
import { encodeRuns, runsOf, slotCall, type SlotRun, slotsOf } from '../api/slot-moves.js'
import { hasBug } from '../base/seeded-bug.js'
import { handSteps } from '../shard/hand-calls.js'
import type { Shard } from '../shard/shard.js'
import { CopyBuffer, copyOf, keyPages } from '../shard/slot-copy.js'
import { Copies } from './copies.js'
import { batchOf, type SlotSizes } from './slot-sizes.js'

export interface CarrierInit {
  readonly source: Shard
  readonly target: Group
  readonly databases: number
  /** Something was answered. */
  readonly news: () => void
}

/** Milliseconds between two looks at what is awaited. */
const lookMs = 10
/** Yields milliseconds until it is worth another look. */
type Work<T = void> = Generator<number, T, void>

export class Carrier {
  readonly #init: CarrierInit
  readonly #lane: Lane
  /** The call that is waited for, and its reply once it is there. */
  #ticket = 0
  #reply: Reply | undefined
  readonly #copies: Copies
  #sizes: SlotSizes = { keys: 0, bytes: 0 }
  #isCopying = false

  constructor(init: CarrierInit) {
    this.#init = init
    this.#copies = new Copies(init.target, init.news)
    this.#lane = makeLane({ answer: (ticket, reply) => this.#answered(ticket, reply) })
  }

  /** Some of the slots, as many as may wait together. */
  *batchOf(left: readonly number[]): Work<readonly SlotRun[]> {
    const { source, databases } = this.#init
    const { moveBatchKeys: keys, handBatchBytes: bytes, handBatchSlots: slots } = limits
    const from = { slots: left, bounds: { keys, bytes, slots } }
    for (const batch = batchOf(source.engine, databases, from); ; yield 0) {
      yield* this.#between()
      const next = batch.next()
      if (next.done !== true) continue
      this.#sizes = next.value
      return runsOf(next.value.slots)
    }
  }

  get progress(): MoveProgress | null {
    return this.#isCopying ? this.#copies.progress : null
  }

  /** The target removes what it has of the slots; false where it does not. */
  *sweep(attempt: number, slots: readonly SlotRun[]): Work<boolean> {
    const runs = encodeRuns(hasBug('move-unswept') ? [] : slots)
    for (;;) {
      const count = yield* this.#call([handSteps.sweep, String(attempt), runs])
      if (typeof count !== 'number') return false
      if (count === 0) return true
    }
  }

  /** Empty, or why not all copies arrived. `isOpen`: the attempt is not given up. */
  *copy(attempt: number, slots: readonly SlotRun[], isOpen: () => boolean): Work<string> {
    this.#isCopying = true
    const failure = yield* this.#copyAll(attempt, slots, isOpen)
    this.#isCopying = false
    return failure
  }

  *#copyAll(attempt: number, slots: readonly SlotRun[], isOpen: () => boolean): Work<string> {
    const { source, databases } = this.#init
    const buffer = new CopyBuffer()
    const copies = this.#copies
    copies.begin(this.#sizes)
    for (const slot of slotsOf(slots)) {
      copies.slot = slot
      for (let db = 0; db < databases; db++) {
        if (source.engine.slotKeyCount(db, slot) === 0) continue
        for (const pages = keyPages(source.engine, db, slot); ; ) {
          yield* this.#between()
          const page = pages.next()
          if (page.done === true) break
          for (const key of page.value) {
            for (const copy = copyOf(source.engine, db, key); ; ) {
              yield* this.#between()
              const next = copy.next()
              if (next.done === true) {
                if (!next.value) return 'a key is too large to be copied'
                copies.keyDone()
                break
              }
              buffer.add(db, next.value)
              if (buffer.bytes >= limits.moveCallBytes) yield* this.#bring(attempt, buffer)
            }
          }
          if (copies.failure !== '') return copies.failure
          if (!isOpen()) return 'it was given up'
        }
      }
    }
    if (buffer.bytes > 0) yield* this.#bring(attempt, buffer)
    while (!copies.isEmpty) yield lookMs
    return copies.failure
  }

  /** What an entry does is read whole. */
  *#between(): Work {
    while (!this.#init.source.executor.isBetweenEntries) yield 0
  }

  *#bring(attempt: number, buffer: CopyBuffer): Work {
    while (!this.#copies.hasRoom(buffer)) yield lookMs
    this.#copies.send([handSteps.bring, String(attempt), String(this.#copies.sent)], buffer)
  }

  /** All copies are at the member that took them; false where it did not, or is another one. */
  *seal(attempt: number): Work<boolean> {
    return isStatus(yield* this.#call([handSteps.seal, String(attempt), String(this.#copies.sent)]))
  }

  /** A call at the target, and its reply. */
  *#call(args: readonly string[]): Work<Reply> {
    this.#reply = undefined
    this.#init.target.submit(this.#lane, slotCall(args, ++this.#ticket))
    while (this.#reply === undefined) yield lookMs
    return this.#reply
  }

  #answered(ticket: number, reply: Reply): void {
    this.#init.news()
    if (ticket === this.#ticket) this.#reply = reply
  }
}
