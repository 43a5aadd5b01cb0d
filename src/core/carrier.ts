// What a hand-over carries: which slots go together, their copies on the way to the target, and the calls there. Driven by
// `HandOver`, which says when what is read here is final.

import { type Group, type Lane, makeLane } from '../api/group.js'
import { limits } from '../api/limits.js'
import { isError, isStatus, type Reply } from '../api/reply.js'
import { encodeRuns, runsOf, slotCall, type SlotRun, slotsOf } from '../api/slot-moves.js'
import { hasBug } from '../base/seeded-bug.js'
import { handSteps } from '../shard/hand-calls.js'
import type { Shard } from '../shard/shard.js'
import { CopyBuffer, copyOf, keyPages, readNow } from '../shard/slot-copy.js'

export interface CarrierInit {
  readonly source: Shard
  readonly target: Group
  readonly databases: number
  /** Something was answered. */
  readonly news: () => void
}

/** Milliseconds between two looks at what is awaited. */
const lookMs = 10
/** Calls with copies that are under way. */
const copiesMax = 4

/** Of calls with copies. */
const copyTicket = -1

/** Yields milliseconds until it is worth another look. */
type Work<T = void> = Generator<number, T, void>

export class Carrier {
  readonly #init: CarrierInit
  readonly #lane: Lane
  /** The call that is waited for, and its reply once it is there. */
  #ticket = 0
  #reply: Reply | undefined
  #copies = 0
  /** Calls with copies of the attempt. */
  #brought = 0
  /** Why copies did not arrive, or empty. */
  #failure = ''

  constructor(init: CarrierInit) {
    this.#init = init
    this.#lane = makeLane({ answer: (ticket, reply) => this.#answered(ticket, reply) })
  }

  /** Some of the slots, as many as may wait together. */
  *batchOf(left: readonly number[]): Work<readonly SlotRun[]> {
    yield* this.#between()
    const { source, databases } = this.#init
    const slots: number[] = []
    let [keys, bytes] = [0, 0]
    for (const slot of left) {
      let [own, ownBytes] = [0, 0]
      for (let db = 0; db < databases; db++) {
        const count = source.engine.slotKeyCount(db, slot)
        own += count
        for (const key of source.engine.slotKeys(db, slot, limits.moveBatchKeys)) {
          const found = readNow(source.engine, db, ['memory', 'usage', key])
          ownBytes += typeof found === 'number' ? found : 0
        }
      }
      const isFull =
        keys + own > limits.moveBatchKeys ||
        bytes + ownBytes > limits.handBatchBytes ||
        slots.length >= limits.handBatchSlots
      if (slots.length > 0 && isFull) break
      keys += own
      bytes += ownBytes
      slots.push(slot)
    }
    return runsOf(slots)
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
    const { source, databases } = this.#init
    const buffer = new CopyBuffer()
    this.#failure = ''
    this.#brought = 0
    for (const slot of slotsOf(slots)) {
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
                break
              }
              buffer.add(db, next.value)
              if (buffer.bytes >= limits.moveCallBytes) yield* this.#bring(attempt, buffer)
            }
          }
          if (this.#failure !== '') return this.#failure
          if (!isOpen()) return 'it was given up'
        }
      }
    }
    if (buffer.bytes > 0) yield* this.#bring(attempt, buffer)
    while (this.#copies > 0) yield lookMs
    return this.#failure
  }

  /** What an entry does is read whole. */
  *#between(): Work {
    while (!this.#init.source.executor.isBetweenEntries) yield 0
  }

  *#bring(attempt: number, buffer: CopyBuffer): Work {
    while (this.#copies >= copiesMax) yield lookMs
    this.#copies++
    const number = String(this.#brought++)
    const args = [handSteps.bring, String(attempt), number, ...buffer.take()]
    this.#init.target.submit(this.#lane, slotCall(args, copyTicket))
  }

  /** All copies are at the member that took them; false where it did not, or is another one. */
  *seal(attempt: number): Work<boolean> {
    return isStatus(yield* this.#call([handSteps.seal, String(attempt), String(this.#brought)]))
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
    if (ticket !== copyTicket) {
      if (ticket === this.#ticket) this.#reply = reply
      return
    }
    this.#copies--
    if (isStatus(reply)) return
    this.#failure = `copies did not arrive: ${isError(reply) ? reply.text : String(reply)}`
  }
}
