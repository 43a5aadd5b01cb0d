// Slots that change hands between the groups of a keyspace: what a group keeps of that, the calls of a move, and how
// a group refuses a command whose slots it does not own. No client can send the calls, and none hears the refusals:
// whoever asked for the command routes it again.

import { slotCount } from '../base/keyslot.js'
import type { GroupCall } from './group.js'
import { internalSpec } from './internal-command.js'
import { describeProgress, type MoveProgress } from './move-progress.js'
import { type ErrorReply, isError, type Reply } from './reply.js'
import type { OwnedSlots } from './topology.js'

/** A run of slots, both ends included. */
export type SlotRun = readonly [from: number, to: number]

/** Slots on their way to another shard group. */
export interface Leaving {
  /** Its first attempt: names the hand-over at both ends. */
  readonly batch: number
  readonly attempt: number
  readonly to: number
  readonly slots: readonly SlotRun[]
  /** No command of theirs is executed. */
  readonly isFrozen: boolean
  /** Why the attempt before this one failed; absent where nothing failed. */
  readonly why?: string
}

/** Slots of which copies come in, and are seen by nobody. */
export interface Importing {
  readonly from: number
  readonly batch: number
  readonly attempt: number
  readonly slots: readonly SlotRun[]
  /** Calls that brought copies: all have to be there at the commit. */
  readonly copies: number
}

/** Hand-overs with another shard group that are done, and the last one. */
export interface HandOvers {
  readonly shard: number
  readonly count: number
  readonly batch: number
  /** The greatest attempt that was heard of. */
  readonly attempt: number
}

/** Commands of an origin were refused: what it sent before it heard of that is refused, too, so that nothing overtakes. */
export interface RefusedOrigin {
  readonly origin: number
  readonly incarnation: number
  /** The last batch of it with a refused command. */
  readonly sequence: number
  readonly slots: readonly SlotRun[]
}

/** Replicated state of a group; none while nothing of it ever moved. */
export interface SlotState {
  /** The greatest attempt that was begun here. */
  readonly attempts: number
  /** The last move of which nothing begins any more. */
  readonly closed: number
  readonly leaving: Leaving | null
  readonly importing: Importing | null
  /** Slots that left, and to which shard group. */
  readonly gone: readonly (readonly [from: number, to: number, shard: number])[]
  readonly went: readonly HandOvers[]
  readonly came: readonly HandOvers[]
  readonly refused: readonly RefusedOrigin[]
}

export const nothingMoved: SlotState = {
  attempts: 0,
  closed: 0,
  leaving: null,
  importing: null,
  gone: [],
  went: [],
  came: [],
  refused: [],
}

/** For an operator: what is on its way, how far it is, and what keeps it. Empty where nothing is. */
export function describeLeaving(
  { leaving }: Pick<SlotState, 'leaving'>,
  progress: MoveProgress | null = null,
): string {
  if (leaving === null) return ''
  const { slots, to, attempt, batch, isFrozen, why = '' } = leaving
  const parts = [`slots ${encodeRuns(slots)} to shard group ${to}`]
  if (isFrozen) parts.push('about to change hands')
  if (progress !== null) parts.push(describeProgress(progress))
  // Who drives it begins with one of its own.
  if (attempt - batch > 1) parts.push(`attempt ${attempt - batch}`)
  return `${parts.join(', ')}${why === '' ? '' : `: ${why}`}`
}

export function encodeSlotState(state: SlotState): string {
  return JSON.stringify(state)
}

/** Of what this version, or an earlier one, encoded. */
export function decodeSlotState(text: string): SlotState {
  const found: Partial<SlotState> = JSON.parse(text)
  return { ...nothingMoved, ...found }
}

export function holdsSlot(runs: readonly SlotRun[], slot: number): boolean {
  return runs.some(([from, to]) => from <= slot && slot <= to)
}

export function encodeRuns(runs: readonly SlotRun[]): string {
  return runs.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(',')
}

/** As `1-5,9`; null where it is none, or overlaps. */
export function decodeRuns(text: string): SlotRun[] | null {
  const runs: SlotRun[] = []
  for (const part of text.split(',')) {
    const found = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part)
    if (found === null) return null
    const from = Number(found[1])
    const to = Number(found[2] ?? found[1])
    if (from > to || to >= slotCount || runs.some((run) => from <= run[1] && run[0] <= to)) {
      return null
    }
    runs.push([from, to])
  }
  return runs.sort((a, b) => a[0] - b[0])
}

/** Ascending runs of slots, given in ascending order. */
export function runsOf(slots: readonly number[]): SlotRun[] {
  const runs: [number, number][] = []
  for (const slot of slots) {
    const last = runs[runs.length - 1]
    if (last !== undefined && last[1] === slot - 1) last[1] = slot
    else runs.push([slot, slot])
  }
  return runs
}

export function* slotsOf(runs: readonly SlotRun[]): Iterable<number> {
  for (const [from, to] of runs) for (let slot = from; slot <= to; slot++) yield slot
}

// Calls

/** A step of a move: the word that says which, then what it needs. */
export const slotsName = '\x01slots'
/** In front of a command over a whole database: its reply comes with the group's hand-overs, see `WholeReply`. */
export const wholeName = '\x01whole'

const said = { arity: -2, group: 'cluster' }

const slotsSpec = internalSpec({ ...said, name: slotsName, flags: ['write'] })
export const wholeSpec = internalSpec({ ...said, name: wholeName, flags: ['readonly'] })

export function slotCall(args: readonly string[], ticket = 0): GroupCall {
  return { spec: slotsSpec, write: true, db: 0, args: [slotsName, ...args], ticket }
}

// Refusals. The first character tells them from all that clients are told.

function refusal(text: string): ErrorReply {
  return { type: 'error', text: `\x01${text}`, definite: true }
}

/** Its slots change hands: again, soon. */
export const slotHeld = refusal('held')
/** A command over a whole database, of a group of which something moved: again, with `wholeName`. */
export const wholeWanted = refusal('whole')
/** Not refused by the group: it must not be answered before what is. */
export const slotAgain = refusal('again')

const goneText = '\x01gone '

/** A run of slots is another shard group's. */
export function slotGone([from, to, shard]: OwnedSlots): ErrorReply {
  return { type: 'error', text: `${goneText}${from} ${to} ${shard}`, definite: true }
}

export function isSlotRefusal(reply: Reply): reply is ErrorReply {
  return isError(reply) && reply.text.charCodeAt(0) === 1
}

/** What a script answers is no refusal, whatever it says. */
export function noRefusal(reply: Reply): Reply {
  return isSlotRefusal(reply) ? { ...reply, text: `ERR ${reply.text}` } : reply
}

/** Who owns the slots of the refused command now; null where that was not said. */
export function newOwner({ text }: ErrorReply): OwnedSlots | null {
  if (!text.startsWith(goneText)) return null
  const [from = 0, to = 0, shard = 0] = text.slice(goneText.length).split(' ').map(Number)
  return [from, to, shard]
}
