// The steps of a move as the groups on both sides execute them, each decided by what the group keeps: `Ownership`
// says who may execute what. A step that comes late, of an attempt that was overtaken, changes nothing. Driven by
// the executor in steps, while nothing else is executed or read.

import { type EngineMoving, later, needsLog } from '../api/engine.js'
import { limits } from '../api/limits.js'
import { ok, type Reply } from '../api/reply.js'
import {
  decodeRuns,
  encodeRuns,
  type HandOvers,
  holdsSlot,
  type Importing,
  type Leaving,
  runsOf,
  slotHeld,
  slotsName,
  slotsOf,
  type SlotState,
  wholeName,
} from '../api/slot-moves.js'
import { slotCount } from '../base/keyslot.js'
import { hasBug } from '../base/seeded-bug.js'
import { handStep } from './hand-calls.js'
import { elementsPerStep, type SlotSeat, staged, stale, type Work } from './slot-seat.js'
import type { LateAnswer, Waiters } from './waiters.js'

/** Characters that are kept of why an attempt failed. */
const whyCharsMax = 200

/** What the copies' group says of an attempt. */
export const committed = 'committed'
export const begun = 'begun'

/** Whether a call is one of those that a `SlotCall` executes. */
export function isSlotCall(args: readonly string[]): boolean {
  const name = args[0]
  return name === slotsName || name === wholeName
}

export class SlotCall {
  readonly #work: Work<Reply | typeof needsLog>

  /** `wall`: of a read outside the log, as `Engine.read` takes it; undefined in an entry. */
  constructor(
    seat: SlotSeat,
    call: {
      readonly db: number
      readonly args: readonly string[]
      readonly wall: number | null | undefined
    },
  ) {
    this.#work = call.args[0] === wholeName ? whole(seat, call) : step(seat, call.args)
  }

  step(elements: number): Reply | typeof later | typeof needsLog {
    for (let left = elements; left > 0; ) {
      const next = this.#work.next()
      if (next.done === true) return next.value
      left -= next.value
    }
    return later
  }
}

/** A command over a whole database, with what tells whether the groups' replies fit together. */
function* whole(
  { engine, ownership }: SlotSeat,
  call: {
    readonly db: number
    readonly args: readonly string[]
    readonly wall: number | null | undefined
  },
): Work<Reply | typeof needsLog> {
  const { state } = ownership
  const { db, wall } = call
  const args = call.args.slice(1)
  const isWrite = engine.commands.get(args[0] ?? '')?.flags.includes('write') === true
  if (isWrite && state.leaving?.isFrozen === true) return slotHeld
  let reply = wall === undefined ? engine.execute(db, args) : engine.read(db, args, wall)
  for (; reply === later; reply = engine.step(limits.stepElements)) yield limits.stepElements
  if (reply === needsLog) return needsLog
  // It saw slots come or go on its way.
  if (!isWrite && ownership.state !== state) return slotHeld
  const pairs = (list: readonly HandOvers[]): Reply => list.map((each) => [each.shard, each.count])
  return [pairs(state.went), pairs(state.came), reply]
}

function* step(seat: SlotSeat, args: readonly string[]): Work {
  const { engine } = seat
  const { moving } = engine
  if (moving === undefined) return stale
  switch (args[1]) {
    case 'begin':
      return begin(seat, args[3] ?? '', { to: Number(args[2]), id: Number(args[4]) })
    case 'close':
      return close(seat, Number(args[2]))
    case 'retry':
      return retry(seat, Number(args[2]), args[3] ?? '')
    case 'freeze':
      return freeze(seat, Number(args[2]))
    case 'thaw':
      return thaw(seat, Number(args[2]))
    case 'gone':
      return yield* goneAway(seat, moving, Number(args[2]))
    case 'cancel':
      return cancel(seat, Number(args[2]))
    case 'import':
      return yield* beginImport(seat, moving, args.slice(2))
    case 'copy':
      return yield* copy(seat, moving, args.slice(2))
    case 'commit':
      return yield* commit(seat, moving, args.slice(2))
    case 'forget':
      return forget(seat, moving, { from: Number(args[2]), attempt: Number(args[3]) })
    default:
      return yield* handStep(seat, moving, args)
  }
}

/** Who waits for slots that are frozen now hears that it has to ask again. */
export function endWaits(
  waiters: Waiters,
  { engine, ownership }: Pick<SlotSeat, 'engine' | 'ownership'>,
  ended: (answer: LateAnswer) => void,
): void {
  for (const waiter of waiters.all()) {
    if (!ownership.freezes(engine, waiter.attempts)) continue
    const { origin, incarnation, sequence, index } = waiter
    const number = waiters.serve(waiter, slotHeld)
    ended({ id: { origin, incarnation, sequence, index }, number, reply: slotHeld })
  }
}

// At the group that the slots leave

function begin(
  { engine, ownership }: SlotSeat,
  text: string,
  { to, id }: { readonly to: number; readonly id: number },
): Reply {
  const { state } = ownership
  const slots = decodeRuns(text)
  if (
    slots === null ||
    (id <= state.closed && !hasBug('move-not-closed')) ||
    state.leaving !== null ||
    !ownership.ownsAll(slotsOf(slots))
  )
    return 0
  const attempt = state.attempts + 1
  const leaving: Leaving = { batch: attempt, attempt, to, slots, isFrozen: false }
  ownership.change(engine, { ...state, attempts: attempt, leaving })
  return attempt
}

/** Nothing of the move begins any more, whoever still thinks so. */
function close({ engine, ownership }: SlotSeat, id: number): Reply {
  const { state } = ownership
  if (state.leaving !== null) return stale
  if (id > state.closed) ownership.change(engine, { ...state, closed: id })
  return ok
}

/** Whoever drives the move from now on: what an earlier driver still asks for comes too late. */
function retry({ engine, ownership }: SlotSeat, seen: number, why: string): Reply {
  const { state } = ownership
  if (state.leaving?.attempt !== seen) return 0
  const attempt = state.attempts + 1
  const said = why === '' ? {} : { why: why.slice(0, whyCharsMax) }
  const leaving = { ...state.leaving, attempt, ...said }
  ownership.change(engine, { ...state, attempts: attempt, leaving })
  return attempt
}

/** The clock, and the versions of the slots in their order. */
function freeze({ engine, ownership, endWaits }: SlotSeat, attempt: number): Reply {
  const { state } = ownership
  const leaving = leavingAt(state, attempt)
  if (leaving === null) return stale
  ownership.change(engine, { ...state, leaving: { ...leaving, isFrozen: true } })
  if (!hasBug('move-waiters-lost')) endWaits()
  return [engine.clock, ...[...slotsOf(leaving.slots)].map((slot) => engine.slotVersion(slot))]
}

function thaw({ engine, ownership }: SlotSeat, attempt: number): Reply {
  const { state } = ownership
  const leaving = leavingAt(state, attempt)
  if (leaving === null) return stale
  ownership.change(engine, { ...state, leaving: { ...leaving, isFrozen: false } })
  return ok
}

function cancel({ engine, ownership }: SlotSeat, attempt: number): Reply {
  const { state } = ownership
  const leaving = leavingAt(state, attempt)
  if (leaving === null || leaving.isFrozen) return stale
  ownership.change(engine, { ...state, leaving: null })
  return ok
}

function* goneAway(seat: SlotSeat, moving: EngineMoving, attempt: number): Work {
  const { engine, ownership } = seat
  const { state } = ownership
  const leaving = leavingAt(state, attempt)
  if (leaving === null || !leaving.isFrozen) return stale
  const { to, slots, batch } = leaving
  ownership.change(engine, {
    ...state,
    leaving: null,
    gone: [...without(state.gone, slots), ...slots.map(([a, b]) => [a, b, to] as const)],
    went: counted(state.went, { shard: to, batch, attempt }),
  })
  for (const slot of slotsOf(slots)) {
    yield 1
    if (hasBug('move-source-keeps')) continue
    for (let spent = 1; spent > 0; yield spent) spent = moving.drop(slot, elementsPerStep)
  }
  seat.left()
  return ok
}

// At the group that they come to

function* beginImport(
  { engine, ownership }: SlotSeat,
  moving: EngineMoving,
  [fromText, batchText, attemptText, runs]: readonly string[],
): Work {
  const [from, batch, attempt] = [Number(fromText), Number(batchText), Number(attemptText)]
  const { state } = ownership
  const slots = decodeRuns(runs ?? '')
  const last = state.came.find((each) => each.shard === from)
  const isKnown = last !== undefined && last.batch === batch
  if (isKnown && !hasBug('move-commit-forgotten')) return committed
  // What it gave since is no more known there, in an era that lost it: nothing more is dropped for a number alone.
  if (last !== undefined && last.batch > batch) return 'ahead'
  const open = state.importing
  if (slots === null || (open !== null && open.from !== from)) return 'busy'
  if (open?.attempt === attempt) {
    // Else of an era that was lost, which used the number for other slots.
    return open.batch === batch && encodeRuns(open.slots) === encodeRuns(slots) ? begun : stale
  }
  if (attempt <= (last?.attempt ?? 0)) return stale
  moving.clear()
  yield elementsPerStep
  const importing: Importing = { from, batch, attempt, slots, copies: 0 }
  const came = seen(state.came, from, attempt)
  ownership.change(engine, { ...state, importing, came })
  return begun
}

/** Behind the attempt: commands on the copies. */
function* copy(seat: SlotSeat, moving: EngineMoving, args: readonly string[]): Work {
  const { ownership, engine } = seat
  const importing = importingAt(ownership.state, Number(args[0]), Number(args[1]))
  if (importing === null) return stale
  const refusal = yield* staged(seat, moving, args.slice(2))
  // It does not count as one that came: the attempt fails, and no key with it.
  if (refusal !== null) return refusal
  const { state } = ownership
  ownership.change(engine, { ...state, importing: { ...importing, copies: importing.copies + 1 } })
  return ok
}

/** Behind the attempt: how many calls brought copies, then what `freeze` answered. */
function* commit(seat: SlotSeat, moving: EngineMoving, args: readonly string[]): Work {
  const { engine, ownership } = seat
  const { state } = ownership
  const from = Number(args[0])
  const importing = importingAt(state, from, Number(args[1]))
  // One that timed out at its origin may never come.
  const isWhole = importing?.copies === Number(args[2]) || hasBug('move-copies-uncounted')
  if (importing === null || !isWhole) return stale
  // Here it may be earlier: what ended there has ended.
  const clock = hasBug('move-clock-behind') ? 0 : Number(args[3])
  for (let spent = 1; spent > 0; yield spent) spent = moving.adopt(elementsPerStep, clock)
  let at = 4
  for (const slot of slotsOf(importing.slots)) {
    const version = Number(args[at++] ?? 0)
    if (!hasBug('move-versions-behind')) moving.raise(slot, version + 1)
  }
  const { batch, attempt, slots } = importing
  ownership.change(engine, {
    ...state,
    importing: null,
    gone: without(state.gone, slots),
    came: counted(state.came, { shard: from, batch, attempt }),
  })
  seat.came(slots)
  return committed
}

/** The move was given up. */
function forget(
  { engine, ownership }: SlotSeat,
  moving: EngineMoving,
  of: { readonly from: number; readonly attempt: number },
): Reply {
  const { state } = ownership
  if (importingAt(state, of.from, of.attempt) === null) return stale
  moving.clear()
  ownership.change(engine, { ...state, importing: null })
  return ok
}

function leavingAt({ leaving }: SlotState, attempt: number): Leaving | null {
  if (hasBug('move-any-attempt')) return leaving
  return leaving?.attempt === attempt ? leaving : null
}

function importingAt({ importing }: SlotState, from: number, attempt: number): Importing | null {
  if (importing?.from !== from) return null
  return importing.attempt === attempt || hasBug('move-any-attempt') ? importing : null
}

function counted(list: readonly HandOvers[], of: Omit<HandOvers, 'count'>): readonly HandOvers[] {
  const before = list.find(({ shard }) => shard === of.shard)
  const made = { ...of, count: (before?.count ?? 0) + 1 }
  return [...list.filter((each) => each !== before), made]
}

function seen(list: readonly HandOvers[], shard: number, attempt: number): readonly HandOvers[] {
  const before = list.find((each) => each.shard === shard)
  const made = { shard, count: 0, batch: 0, ...before, attempt }
  return [...list.filter((each) => each !== before), made]
}

/** `gone` without these slots. */
function without(
  gone: SlotState['gone'],
  slots: readonly (readonly [number, number])[],
): SlotState['gone'] {
  const owners = new Map<number, number>()
  for (const [from, to, shard] of gone) {
    for (let slot = from; slot <= to; slot++) if (!holdsSlot(slots, slot)) owners.set(slot, shard)
  }
  const made: (readonly [number, number, number])[] = []
  for (const shard of new Set(owners.values())) {
    const own: number[] = []
    for (let slot = 0; slot < slotCount; slot++) if (owners.get(slot) === shard) own.push(slot)
    for (const [from, to] of runsOf(own)) made.push([from, to, shard])
  }
  return made
}
