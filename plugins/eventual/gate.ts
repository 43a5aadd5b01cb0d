// Causal keyspaces of several groups. What is visible at a member is closed under "happened before" over all of
// its groups: entries of others wait in each group until every group holds what they hang on, and all groups
// hand them out at once. After Cure (Akkoorath and others, 2016) and GentleRain (Du and others, 2014): stable
// time by one vector of the keyspace, not one per group.

import {
  type MemberId,
  Queue,
  type StampClock,
  type StampRange,
  type StrategyInit,
  Vector,
} from 'quorate/plugin'
import type { Entry } from './entry.js'
import type { EventualOptions } from './options.js'
import type { EventualState } from './state.js'

/** An entry that is held and not handed out yet. */
export interface Held {
  readonly entry: Entry
  readonly bytes: Uint8Array
}

/** Entries of one member, each behind the one before it. */
export interface Chain {
  readonly seat: number
  readonly entries: Queue<Held>
  /** Stamp of the last one. */
  last: number
  /** How many of them have all that they hang on. */
  ready: number
  bytes: number
}

/** What a member says of one of its groups: all that it made up to `upTo` ends with `after`. */
export interface Claim extends Omit<StampRange, 'seat'> {
  /** Nothing was made behind `after` yet, and nothing before it counts. */
  readonly isFresh: boolean
}

/** What another member holds of a group, within what there is nothing else, and what of that nobody told of. */
interface Told {
  readonly vector: Vector
  readonly reach: Vector
  readonly guessed: Vector
}

/** The groups of one keyspace at one member. */
export class Keyspace {
  /** One for all: what is read in one group and then written in another has a greater stamp. */
  readonly clock: StampClock
  readonly count: number
  readonly groups: EventualState[] = []
  /** Everything up to here, of whatever member and group, is handed out. */
  frontier = new Vector()
  /** All that is handed out in any group and may have been read: without ranges that were closed without entries. */
  readonly shown = new Vector()
  /** What groups hold that are ahead of others, and what that hangs on: shown once all have caught up. */
  readonly unshown = new Vector()
  /** Something came since it was last looked at what may be handed out. */
  isDirty = true
  /** The stamp of the clock when that was last looked at. */
  lookedAt = 0
  /** Behind which stamp the entries of this run begin, once one group lost entries. */
  ownStart: number | null = null
  /** The clock stands above what this member may have made and forgotten. */
  hasLeapt = false
  /** The operator says that nobody holds more than is here. */
  isAccepted = false
  /** Who was sent entries, and is to be told at once that the other groups have none. */
  readonly owed = new Set<MemberId>()
  /** Milliseconds since when something waits; 0 for not. */
  waitingSince = 0
  /** The first group that was driven in this turn: behind it nothing more is handed out, for that would be in no write of this turn. */
  driven: EventualState | null = null
  /** Milliseconds at which a turn last ended with something handed out that is in no write. */
  splitAt = Number.NEGATIVE_INFINITY

  constructor(count: number, clock: StampClock) {
    this.count = count
    this.clock = clock
  }

  /** All that anything in its groups may hang on. */
  get hangs(): Vector {
    const made = Vector.copyOf(this.shown)
    made.join(this.unshown)
    return made
  }

  get isWhole(): boolean {
    return this.groups.length === this.count
  }
}

/** Entries of a chain. */
const heldMax = 1_048_576

/** One group's part. */
export class Gate {
  readonly keyspace: Keyspace
  /** Handed out or in a chain: of each member without a gap. */
  readonly received: Vector
  /** There are no entries in here but those of `received`. */
  readonly reach: Vector
  /** Of that, what nobody told of: it was shown somewhere once, and entries of it may still come. */
  readonly guessed = new Vector()
  readonly chains: Chain[] = []
  /** By seat: the last one, which may wait for an entry. */
  readonly claims: (Claim | undefined)[] = []
  readonly told = new Map<MemberId, Told>()
  /** It holds more than the frontier: nobody is served before the other groups have caught up. */
  isAhead = true
  aheadSince: number
  /** Milliseconds at which others were asked for what lacks. */
  askedAt = 0

  constructor(keyspace: Keyspace, state: EventualState) {
    this.keyspace = keyspace
    this.received = Vector.copyOf(state.vector)
    this.reach = Vector.copyOf(state.vector)
    if (keepsLog(state)) this.reach.join(state.hard.known)
    this.aheadSince = state.mono
    keyspace.unshown.join(without(state.vector, state.lost))
    keyspace.groups.push(state)
  }

  /** The last group is there: they may know more of each other. */
  begin(): void {
    const { keyspace } = this
    if (!keyspace.isWhole) return
    const { groups, unshown } = keyspace
    const isOfOneTurn = groups.every(keepsTurns)
    for (const state of groups) {
      // What one of them shows may hang on what another one lost.
      if (!isOfOneTurn) unshown.join(state.hangs)
      state.hangs.meet(new Vector())
      if (!isOfOneTurn) noteAhead(state, true)
    }
    if (!isOfOneTurn) return
    for (const { gate, vector } of groups) gate?.doubts(vector)
    holdsAll(keyspace)
  }

  /** An entry of this group is handed out. */
  shows(range: StampRange): void {
    this.knows(range)
    this.keyspace.shown.add(range)
  }

  /** All entries in a range are held, or there are none. */
  knows(range: StampRange): void {
    this.received.add(range)
    this.reach.add(range)
  }

  /** The group holds what `vector` covers, whatever the others do; what of it is `lost` is nowhere. */
  leaps(vector: Vector, state: EventualState): void {
    const { lost, hangs, mono } = state
    this.received.join(vector)
    this.reach.join(vector)
    this.keyspace.unshown.join(without(vector, lost))
    this.keyspace.unshown.join(hangs)
    hangs.meet(new Vector())
    this.isAhead = true
    this.aheadSince = mono
    this.keyspace.isDirty = true
    noteAhead(state, true)
  }

  /** The group is what another member's was. */
  restart(vector: Vector, of: EventualState): void {
    this.chains.length = 0
    // Where it was told that there is nothing there is nothing.
    for (const { seat, after } of [...vector.lacks(this.received), ...this.unsure().ranges()]) {
      this.reach.cut(seat, after)
    }
    this.received.meet(vector)
    this.leaps(vector, of)
  }

  /** Gaps that a member left when it recovered, and that are not closed yet: there may have been something. */
  doubts(vector: Vector): void {
    const { shown, unshown } = this.keyspace
    for (const { seat, after, upTo } of [
      ...this.reach.lacks(shown),
      ...this.reach.lacks(unshown),
    ]) {
      const end = Math.min(upTo, vector.lastOf(seat))
      this.guessed.add({ seat, after: Math.max(after, vector.wholeTo(seat)), upTo: end })
    }
  }

  /** What nobody told of, and is not held. */
  unsure(): Vector {
    const made = new Vector()
    if (this.received.includes(this.guessed)) return made
    for (const range of this.received.lacks(this.guessed)) made.add(range)
    return made
  }

  /** What waited is forgotten: it will be sent again. */
  forget(vector: Vector): void {
    for (const { entries } of this.chains) {
      const first = entries.peek()
      if (first !== undefined) this.reach.cut(first.entry.seat, first.entry.stamp - 1)
    }
    this.chains.length = 0
    this.received.meet(vector)
    this.keyspace.isDirty = true
  }

  /** Keeps an entry that follows what is held of its member; false where too much waits. */
  hold(held: Held, bytesMax: number): boolean {
    const { entry, bytes } = held
    const { seat, previous, stamp } = entry
    let chain = this.chains.find((each) => each.seat === seat && each.last === previous)
    if (chain === undefined) {
      chain = { seat, entries: new Queue(heldMax), last: 0, ready: 0, bytes: 0 }
      this.chains.push(chain)
    } else if (chain.bytes + bytes.length > bytesMax) return false
    if (!chain.entries.push(held)) return false
    chain.last = stamp
    chain.bytes += bytes.length
    const range = { seat, after: previous, upTo: stamp }
    this.received.add(range)
    this.reach.add(range)
    this.#reclaim(seat)
    this.keyspace.isDirty = true
    return true
  }

  claim(seat: number, claim: Claim): void {
    const last = this.claims[seat]
    if (last !== undefined && last.upTo > claim.upTo) return
    this.claims[seat] = claim
    this.#reclaim(seat)
    this.keyspace.isDirty = true
  }

  #reclaim(seat: number): void {
    const claim = this.claims[seat]
    if (claim === undefined) return
    const { after, upTo, isFresh } = claim
    if (!isFresh && after !== 0 && !this.received.covers(after)) return
    this.reach.add({ seat, after, upTo })
    this.guessed.remove({ seat, after, upTo })
  }

  /** Another member said what it holds, and within what there is nothing else. */
  hear(from: MemberId, told: Told): void {
    this.told.set(from, told)
    this.keyspace.isDirty = true
  }

  /** What others said of what they hold counts for each seat of which we hold as much. */
  hears(): void {
    for (const [member, { vector, reach, guessed }] of this.told) {
      if (this.received.includes(vector)) {
        for (const range of this.reach.lacks(guessed)) this.guessed.add(range)
        for (const range of this.#resolved(reach, guessed)) this.guessed.remove(range)
        this.reach.join(reach)
        this.told.delete(member)
        continue
      }
      const lacking = new Set(this.received.lacks(vector).map(({ seat }) => seat))
      for (const range of this.reach.lacks(guessed))
        if (!lacking.has(range.seat)) this.guessed.add(range)
      for (const range of this.#resolved(reach, guessed))
        if (!lacking.has(range.seat)) this.guessed.remove(range)
      for (const range of reach.ranges()) if (!lacking.has(range.seat)) this.reach.add(range)
    }
  }

  /** Of what was guessed here another member may know. */
  #resolved(reach: Vector, guessed: Vector): readonly StampRange[] {
    return this.guessed.ranges().length === 0 ? [] : without(reach, guessed).ranges()
  }
}

/** Whether another group has entries in a range that one closed, its own entries say. */
export function without(vector: Vector, lost: Vector): Vector {
  const made = Vector.copyOf(vector)
  for (const range of lost.ranges()) made.remove(range)
  return made
}

/** A restart must not take it for one that others have caught up with. */
export function noteAhead(state: EventualState, isAhead: boolean): void {
  if (state.hard.isAhead === isAhead) return
  state.hard = { ...state.hard, isAhead }
  state.isHardDirty = true
  // Its groups go by what each of them knew.
  if (isAhead) for (const each of state.gate?.keyspace.groups ?? []) each.isHardDirty = true
}

/**
 * A restart finds all groups as their logs were at the end of one turn: then each held all up to the last entry
 * that any of them shows. But not one whose checkpoint was on disk before its log was, nor one that was ahead.
 */
function keepsTurns(state: EventualState): boolean {
  const { recovering, hasLog, isAlone, hard } = state
  if (recovering === 'accept-loss') return true
  if (hard.isAhead && !isAlone) return false
  return keepsLog(state) && (hasLog || (isAlone && recovering === null))
}

/** What is on disk of the log is all that was there when the hard state was written, and what came behind it. */
function keepsLog({ durability, recovering }: EventualState): boolean {
  return durability !== 'none' && (recovering === null || recovering === 'unclean-stop')
}

/** There is nothing up to what is shown that any group lacks. */
function holdsAll({ groups, shown, unshown }: Keyspace): void {
  for (const { gate } of groups) for (const each of [shown, unshown]) gate?.reach.join(each)
}

/** There is nobody who could tell of it. */
export function guessAll(keyspace: Keyspace): void {
  for (const { gate } of keyspace.groups) {
    for (const each of [keyspace.shown, keyspace.unshown])
      for (const range of gate?.reach.lacks(each) ?? []) gate?.guessed.add(range)
  }
  holdsAll(keyspace)
}

/** What the groups of a causal keyspace share; null for a group that goes for itself. */
export function keyspaceOf(
  { keyspace }: StrategyInit<EventualOptions>,
  clock: StampClock,
): Keyspace | null {
  if (keyspace === undefined || keyspace.level !== 'causal') return null
  return keyspace.share(() => new Keyspace(keyspace.groups, clock))
}
