// The leader's side of writes: stamps entries, and takes the batches of every origin in sequence. What
// it lets through twice by mistake (after a leader change it does not know its log's tail) is caught
// by the windows at apply.

import {
  type EntryBounds,
  type EntryHead,
  entryKinds,
  entryVersion,
  entryVersionBounded,
  type Payload,
} from '../api/entry.js'
import type { Now } from '../api/ids.js'
import { ByteWriter, noBytes } from '../base/bytes.js'
import type { Random } from '../base/random.js'
import { hasBug } from '../base/seeded-bug.js'
import { type Batch, CommandPayload, type Commands, voidBody } from './batch.js'
import type { Windows } from './windows.js'

/** One origin's batch as it reaches the leader. */
export interface Proposal {
  readonly origin: number
  readonly incarnation: number
  readonly sequence: number
  readonly acknowledged: number
  /** Where the origin is this member: the commands, decoded. */
  readonly commands: Commands | null
  readonly size: number
  readonly body: () => Uint8Array
  /** Scripts run in it. */
  readonly isScripted: boolean
}

/**
 * A batch of this member. Its body is fixed now: it may become void later, and every replica must execute what
 * this one does. Each field by its name, here and where the payload is made: a copy with more fields costs V8 30 us.
 */
export function proposalOf(
  batch: Batch,
  of: { readonly origin: number; readonly incarnation: number; readonly acknowledged: number },
): Proposal {
  return {
    origin: of.origin,
    incarnation: of.incarnation,
    sequence: batch.sequence,
    acknowledged: of.acknowledged,
    commands: batch.isVoid ? null : batch,
    size: batch.bytes,
    body: batch.isVoid ? () => voidBody : () => batch.body(),
    isScripted: batch.isScripted && !batch.isVoid,
  }
}

interface Proposed {
  readonly incarnation: number
  sequence: number
}

export interface ProposerInit {
  /** How far a stamp may run ahead of the time that passed. */
  readonly skewMs: number
  /** What to add to the wall clock to be at the members' median; 0 while it is near enough. */
  clockOffset(): number
  /** Clients of other members wait to hear of changes. */
  isAwaited(): boolean
  /** How far the group may grow. */
  bounds(): EntryBounds | undefined
}

export class Proposer {
  readonly #random: Random
  readonly #init: ProposerInit
  /** Highest sequence proposed per origin in the present leadership. */
  #proposed = new Map<number, Proposed>()
  /** The last stamp of this leadership, 0 before the first, and when it was made. */
  #lastStamp = 0
  #lastMono = 0
  /** A time that the stamps or the engine had reached, and when: null before the first in this leadership. */
  #reached: Now | null = null

  constructor(random: Random, init: ProposerInit) {
    this.#random = random
    this.#init = init
  }

  /** What was proposed before may be lost. */
  reset(): void {
    this.#proposed.clear()
  }

  /** A leadership began: the time since the last stamp is not known. */
  begin(): void {
    this.#lastStamp = 0
    this.#reached = null
  }

  /** The sequence to propose next for an origin. */
  expected(windows: Windows, origin: number, incarnation: number): number {
    const applied = windows.applied(origin, incarnation)
    const proposed = this.#proposed.get(origin)
    if (proposed === undefined || proposed.incarnation !== incarnation) return applied + 1
    return Math.max(applied, proposed.sequence) + 1
  }

  /** The strategy took it. */
  took(origin: number, incarnation: number, sequence: number): void {
    const proposed = this.#proposed.get(origin)
    if (proposed !== undefined && proposed.incarnation === incarnation) {
      proposed.sequence = sequence
      return
    }
    this.#proposed.set(origin, { incarnation, sequence })
  }

  payload(proposal: Proposal, clock: number, now: Now): Payload {
    const head = this.#head(entryKinds.command, clock, now, proposal)
    const { commands, size, body } = proposal
    return new CommandPayload(head, { commands, size, body, isAwaited: this.#init.isAwaited() })
  }

  /** Head of an entry whose commands are not known yet. */
  head(clock: number, now: Now, proposal: Proposal): EntryHead {
    return this.#head(entryKinds.command, clock, now, proposal)
  }

  /** An entry without commands that moves the engine's clock and expires what is due. */
  tick(clock: number, now: Now): Payload {
    const head = this.#head(entryKinds.tick, clock, now, null)
    return new CommandPayload(head, { commands: null, size: 0, body: () => noBytes })
  }

  /** An entry of keys to evict. */
  evict(victims: Uint8Array, clock: number, now: Now): Payload {
    const head = this.#head(entryKinds.evict, clock, now, null)
    return new CommandPayload(head, { commands: null, size: victims.length, body: () => victims })
  }

  /** An entry that ends the waits of an origin that is gone. */
  cancel(
    of: { readonly origin: number; readonly incarnation: number },
    clock: number,
    now: Now,
  ): Payload {
    const head = { ...this.#head(entryKinds.waiter, clock, now, null), ...of }
    return new CommandPayload(head, { commands: null, size: 0, body: () => noBytes })
  }

  #head(kind: number, clock: number, now: Now, proposal: Proposal | null): EntryHead {
    const bounds = kind === entryKinds.command ? this.#init.bounds() : undefined
    return {
      kind,
      version: bounds === undefined ? entryVersion : entryVersionBounded,
      origin: proposal === null ? 0 : proposal.origin,
      incarnation: proposal === null ? 0 : proposal.incarnation,
      sequence: proposal === null ? 0 : proposal.sequence,
      acknowledged: proposal === null ? 0 : proposal.acknowledged,
      stamp: this.#stamp(clock, now),
      seedHigh: this.#random.uint32(),
      seedLow: this.#random.uint32(),
      trace: '',
      bounds,
    }
  }

  /** The stamp of an entry proposed now. */
  #stamp(clock: number, now: Now): number {
    if (hasBug('shard-clock-goes-back')) return Math.max(1, now.wall)
    const stamp = this.stampAt(clock, now)
    this.#lastStamp = stamp
    this.#lastMono = now.mono
    this.#onward(stamp, now)
    return stamp
  }

  /**
   * What an entry would be stamped with now: the wall clock, or the members' median where it is far from
   * that; never before the engine's clock, and never ahead of the last stamp by more than the time
   * passed plus the bound. A new leader does not know the time that passed.
   */
  stampAt(clock: number, now: Now): number {
    const { skewMs, clockOffset } = this.#init
    const least = Math.max(this.#lastStamp, clock, 1)
    const wall = now.wall + clockOffset()
    const onward = this.#onward(least, now)
    if (this.#lastStamp === 0) return Math.max(onward, wall)
    return Math.max(onward, Math.min(wall, least + (now.mono - this.#lastMono) + skewMs))
  }

  /**
   * Stamps of a clock that was ahead leave the wall behind, by minutes perhaps. Time goes on meanwhile, a
   * little slower so that the wall comes near: keys with a time to live would stay for as long.
   */
  #onward(least: number, now: Now): number {
    const reached = this.#reached
    if (reached !== null) {
      const onward = reached.wall + Math.floor(((now.mono - reached.mono) * 7) / 8)
      if (onward >= least) return onward
    }
    this.#reached = { wall: least, mono: now.mono }
    return least
  }
}

/** First byte of a forwarded batch: the version, and whether scripts run in it. */
export const forwardPlain = 1
export const forwardScripted = 2

/** The message that carries a batch to the leader. */
export function encodeForward(
  proposal: Omit<Proposal, 'origin' | 'commands' | 'size'>,
): Uint8Array {
  const body = proposal.body()
  return new ByteWriter(body.length + 32)
    .byte(proposal.isScripted ? forwardScripted : forwardPlain)
    .varint(proposal.incarnation)
    .varint(proposal.sequence)
    .varint(proposal.acknowledged)
    .raw(body)
    .finish()
}
