// Drives a move of slots between two groups of a keyspace, at the member that leads the one that they leave. All that
// counts is in the logs of both groups: whoever leads next begins the batch anew, under a later attempt. One batch of
// slots goes after the other, so that the time in which their commands wait is short.

import type { KeyWatch } from '../api/engine.js'
import { type Group, type Lane, makeLane } from '../api/group.js'
import type { Now } from '../api/ids.js'
import { limits } from '../api/limits.js'
import { isError, isStatus, type Reply } from '../api/reply.js'
import {
  encodeRuns,
  holdsSlot,
  type Leaving,
  runsOf,
  slotCall,
  type SlotRun,
  slotsOf,
} from '../api/slot-moves.js'
import type { SlotMove } from '../api/topology.js'
import { keySlot } from '../base/keyslot.js'
import { hasBug } from '../base/seeded-bug.js'
import type { Executor } from '../shard/executor.js'
import { begun, committed } from '../shard/slot-calls.js'
import { CopyBuffer, copyOf, keyPages } from '../shard/slot-copy.js'
import { because, Copies } from './copies.js'
import { type BatchBounds, batchOf, type SlotBatch, whole } from './slot-sizes.js'

export interface MoverInit {
  readonly source: Group
  /** What the group holds, at the member that leads it. */
  readonly held: Pick<Executor, 'engine' | 'ownership' | 'isBetweenEntries'>
  readonly target: Group
  readonly databases: number
}

/** Keys that changed while they were copied: so few are left for the time in which commands wait. */
const restMax = 24
/** Times that changed keys are copied again before. */
const roundsMax = 8
/** Milliseconds until a step that failed is tried again. */
const retryMs = 100

type Side = 'source' | 'target'
/** What the work waits for: a reply to the call that it yields, the next turn, a while, the copies under way, room for more. */
type Wait =
  | { readonly for: 'reply'; readonly side: Side; readonly args: readonly string[] }
  | { readonly for: 'turn' }
  | { readonly for: 'pause' }
  | { readonly for: 'copies' }
  | { readonly for: 'room'; readonly weight: number }

type Work<T = void> = Generator<Wait, T, Reply>

const turn: Wait = { for: 'turn' }
const pause: Wait = { for: 'pause' }
const copies: Wait = { for: 'copies' }

export class SlotMover implements KeyWatch {
  readonly #init: MoverInit
  #move: SlotMove | null = null
  #work: Work | null = null
  #wait: Wait = turn
  /** The reply that the work waits for; undefined while it is not there. */
  #reply: Reply | undefined
  #pauseUntil = 0
  /** Commands wait for what is copied now. */
  #isLast = false
  readonly #lanes: Readonly<Record<Side, Lane>>
  readonly #copies: Copies
  #ticket = 0
  /** What goes together now, as it was looked at. */
  #batch: SlotBatch | null = null
  /** Slots of the batch, and its keys that changed since they were copied, by database. */
  #slots: readonly SlotRun[] = []
  #changed = new Map<number, Set<string>>()
  #isCleared = false
  /** The move that ended, as the group's log says. */
  #closed = 0
  /** Why it does not go on, or empty. */
  why = ''

  constructor(init: MoverInit) {
    this.#init = init
    const take = { answer: (ticket: number, reply: Reply) => this.#answered(ticket, reply) }
    this.#lanes = { source: makeLane(take), target: makeLane(take) }
    this.#copies = new Copies(init.target)
  }

  touched(db: number, key: string): void {
    if (db >= this.#init.databases) return
    if (!holdsSlot(this.#slots, keySlot(key)) || hasBug('move-tail-forgotten')) return
    const keys = this.#changed.get(db)
    if (keys === undefined) this.#changed.set(db, new Set([key]))
    else keys.add(key)
  }

  touchedAll(): void {
    this.#isCleared = true
  }

  /** Slots of the move that left, once nothing more of it begins; else null. */
  went(move: SlotMove): readonly SlotRun[] | null {
    if (this.#closed !== move.id) return null
    const { ownership } = this.#init.held
    return runsOf([...slotsOf(move.slots)].filter((slot) => ownership.lacks(slot)))
  }

  /** This member leads the group, and the move is under way. */
  turn(now: Now, move: SlotMove): void {
    if (this.#move?.id !== move.id) this.stop()
    this.#move = move
    this.#work ??= this.#drive()
    if (this.#wait.for === 'pause' && this.#pauseUntil === 0) this.#pauseUntil = now.mono + retryMs
    while (this.#isReady(now)) {
      const reply = this.#reply ?? null
      this.#reply = undefined
      this.#pauseUntil = 0
      const next = this.#work.next(reply)
      if (next.done === true) {
        this.#work = null
        this.#wait = turn
        return
      }
      this.#wait = next.value
      if (this.#wait.for === 'reply') this.#submit(this.#wait)
      else if (this.#wait.for === 'pause') this.#pauseUntil = now.mono + retryMs
      else if (this.#wait.for === 'turn') return
    }
  }

  /** It has something to do in the next turn, or at this time (monotonic ms). */
  wakeAt(mono: number): number {
    if (this.#work === null) return Number.POSITIVE_INFINITY
    if (this.#wait.for === 'turn') return mono
    return this.#wait.for === 'pause' ? this.#pauseUntil : Number.POSITIVE_INFINITY
  }

  /** Somebody else drives it, or nobody. */
  stop(): void {
    if (this.#work === null && this.#move === null) return
    this.#work = null
    this.#move = null
    this.#batch = null
    this.#wait = turn
    this.#reply = undefined
    this.#ticket++
    this.#unfollow()
  }

  #isReady(now: Now): boolean {
    switch (this.#wait.for) {
      case 'reply':
        return this.#reply !== undefined
      case 'copies':
        return this.#copies.isEmpty
      case 'room':
        return this.#copies.hasRoom(this.#wait)
      case 'pause':
        return now.mono >= this.#pauseUntil
      case 'turn':
        return true
    }
  }

  #submit({ side, args }: { readonly side: Side; readonly args: readonly string[] }): void {
    const group = side === 'source' ? this.#init.source : this.#init.target
    group.submit(this.#lanes[side], slotCall(args, ++this.#ticket))
  }

  #answered(ticket: number, reply: Reply): void {
    if (ticket === this.#ticket && this.#wait.for === 'reply') this.#reply = reply
  }

  *#drive(): Work {
    for (;;) {
      const move = this.#move
      if (move === null) return
      const leaving = yield* this.#leaving(move)
      if (leaving === null) {
        if (isStatus(yield ask('source', ['close', String(move.id)]))) this.#closed = move.id
        else yield pause
        return
      }
      const isThrough = yield* this.#attempt(move, leaving)
      this.#unfollow()
      if (!isThrough) yield pause
    }
  }

  /** The batch that is under way, under an attempt of this driver; null where nothing is left to do. */
  *#leaving(move: SlotMove): Work<Leaving | null> {
    // This member may lead and not have applied yet what others logged.
    while (isError(yield ask('source', ['retry', '0']))) yield pause
    for (;;) {
      const { leaving } = this.#init.held.ownership.state
      if (leaving === null) {
        const slots = this.#move?.isCancelled === true ? [] : yield* this.#nextSlots(move)
        if (slots.length === 0) return null
        yield ask('source', ['begin', String(move.to), encodeRuns(runsOf(slots)), String(move.id)])
      } else {
        const attempt = yield ask('source', ['retry', String(leaving.attempt), this.why])
        const own = this.#init.held.ownership.state.leaving
        if (own !== null && own.attempt === attempt) return own
        // A group may refuse at once, and would again.
        if (isError(attempt)) yield pause
      }
      if (this.#init.held.ownership.state.leaving === null) yield pause
    }
  }

  /** True once the batch is with its new owner, or nothing of it is any more. */
  *#attempt(move: SlotMove, leaving: Leaving): Work<boolean> {
    const { batch, slots } = leaving
    const attempt = String(leaving.attempt)
    const from = String(move.from)
    const runs = encodeRuns(slots)
    // Nobody took what is not frozen, and nobody can by this attempt: its target forgets it by itself.
    const isOver = this.#move?.isCancelled === true
    if (isOver && !leaving.isFrozen) return isStatus(yield ask('source', ['cancel', attempt]))
    // What an earlier attempt had sent comes too late from here on, or has come already.
    const opened =
      leaving.isFrozen && hasBug('move-thaws-unasked')
        ? begun
        : yield ask('target', ['import', from, String(batch), attempt, runs])
    if (opened === committed) return isStatus(yield ask('source', ['gone', attempt]))
    if (opened !== begun) {
      const unsure = leaving.isFrozen ? ' or say whether it has them' : ''
      return this.#fail(`shard group ${leaving.to} does not take slots${unsure}`, opened)
    }
    if (leaving.isFrozen && !isStatus(yield ask('source', ['thaw', attempt]))) return false
    if (isOver) return isStatus(yield ask('source', ['cancel', attempt]))
    if (!(yield* this.#copyAll(leaving, [from, attempt]))) return false
    const facts = yield ask('source', ['freeze', attempt])
    if (!Array.isArray(facts)) return false
    this.#isLast = true
    // A key that ends meanwhile was copied in part.
    do if (!(yield* this.#copyChanged([from, attempt])) || this.#isCleared) return false
    while (this.#changedCount > 0)
    this.#init.held.engine.moving?.follow(null)
    // Commands wait: the last copies are on their way, and the target counts them.
    const sent = String(this.#copies.sent)
    const done = yield ask('target', ['commit', from, attempt, sent, ...facts.map(String)])
    if (done !== committed) return this.#fail(`shard group ${leaving.to} did not take slots`, done)
    return isStatus(yield ask('source', ['gone', attempt]))
  }

  #fail(why: string, reply: Reply): false {
    this.why = because(why, reply)
    return false
  }

  *#copyAll({ slots }: Leaving, fence: readonly string[]): Work<boolean> {
    const { held, databases } = this.#init
    this.why = ''
    this.#isCleared = false
    this.#isLast = false
    // Whoever takes a batch over did not choose it.
    if (this.#batch === null || encodeRuns(runsOf(this.#batch.slots)) !== encodeRuns(slots))
      this.#batch = yield* this.#batchOf(slotsOf(slots), whole)
    this.#copies.begin(this.#batch)
    const { moving } = held.engine
    if (moving !== undefined) moving.progress = () => this.#copies.progress
    this.#changed.clear()
    this.#slots = slots
    held.engine.moving?.follow(this)
    const buffer = new CopyBuffer()
    for (const slot of slotsOf(slots)) {
      this.#copies.slot = slot
      // What a script did that runs yet may be undone.
      while (!held.isBetweenEntries) yield turn
      for (let db = 0; db < databases; db++) {
        if (held.engine.slotKeyCount(db, slot) === 0) continue
        for (const pages = keyPages(held.engine, db, slot); ; ) {
          while (!held.isBetweenEntries) yield turn
          const page = pages.next()
          if (page.done === true) break
          if (!(yield* this.#copyKeys(db, page.value, { buffer, fence }))) return false
        }
      }
    }
    yield* this.#send(buffer, fence)
    for (let round = 0; round < roundsMax && this.#changedCount > restMax; round++) {
      yield copies
      if (!(yield* this.#copyChanged(fence))) return false
    }
    yield copies
    return !this.#noteFailure() && !this.#isCleared
  }

  get #changedCount(): number {
    let count = 0
    for (const keys of this.#changed.values()) count += keys.size
    return count
  }

  *#copyChanged(fence: readonly string[]): Work<boolean> {
    const changed = this.#changed
    this.#changed = new Map()
    const buffer = new CopyBuffer()
    for (const [db, keys] of changed) {
      if (!(yield* this.#copyKeys(db, [...keys], { buffer, fence }))) return false
    }
    yield* this.#send(buffer, fence)
    return true
  }

  *#copyKeys(
    db: number,
    keys: readonly string[],
    to: { readonly buffer: CopyBuffer; readonly fence: readonly string[] },
  ): Work<boolean> {
    const { held } = this.#init
    for (const key of keys) {
      const copy = copyOf(held.engine, db, key)
      for (;;) {
        while (!held.isBetweenEntries) yield turn
        const next = copy.next()
        if (next.done === true) {
          if (!next.value) return this.#fail('a key is too large to be copied', null)
          break
        }
        to.buffer.add(db, next.value)
        if (to.buffer.bytes >= limits.moveCallBytes) yield* this.#send(to.buffer, to.fence)
      }
      if (this.#noteFailure() || this.#isCleared) return false
      this.#copies.keyDone()
    }
    return true
  }

  *#send(buffer: CopyBuffer, fence: readonly string[]): Work {
    if (buffer.bytes === 0) return
    yield { for: 'room', weight: buffer.weight }
    this.#copies.send(['copy', ...fence], buffer)
    if (!this.#isLast) yield turn
  }

  /** The attempt is over: what follows one that did not arrive would not be whole. */
  #noteFailure(): boolean {
    this.why = this.#copies.failure
    return this.why !== ''
  }

  *#nextSlots(move: SlotMove): Work<readonly number[]> {
    const { ownership } = this.#init.held
    const { moveBatchKeys: keys, moveBatchBytes: bytes, moveBatchSlots: slots } = limits
    const own = ownedOf(ownership, move.slots)
    this.#batch = yield* this.#batchOf(own, { keys, bytes, slots })
    return this.#batch.slots
  }

  *#batchOf(slots: Iterable<number>, bounds: BatchBounds): Work<SlotBatch> {
    const { held, databases } = this.#init
    for (const batch = batchOf(held.engine, databases, { slots, bounds }); ; yield turn) {
      while (!held.isBetweenEntries) yield turn
      const next = batch.next()
      if (next.done === true) return next.value
    }
  }

  #unfollow(): void {
    const { moving } = this.#init.held.engine
    moving?.follow(null)
    if (moving !== undefined) moving.progress = null
    this.#changed.clear()
  }
}

function* ownedOf(
  ownership: Pick<Executor['ownership'], 'ownsAll'>,
  runs: readonly SlotRun[],
): Generator<number> {
  for (const slot of slotsOf(runs)) if (ownership.ownsAll([slot])) yield slot
}

function ask(side: Side, args: readonly string[]): Wait {
  return { for: 'reply', side, args }
}
