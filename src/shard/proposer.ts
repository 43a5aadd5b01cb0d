// The leader's side of writes: stamps entries, and takes the batches of every origin in sequence. What
// it lets through twice by mistake (after a leader change it does not know its log's tail) is caught
// by the windows at apply.

import { type EntryHead, entryKinds, entryVersion, type Payload } from '../api/entry.js'
import type { Now } from '../api/ids.js'
import { ByteWriter, noBytes } from '../base/bytes.js'
import type { Random } from '../base/random.js'
import { hasBug } from '../base/seeded-bug.js'
import { CommandPayload, type Commands } from './batch.js'
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
}

interface Proposed {
  readonly incarnation: number
  sequence: number
}

export class Proposer {
  readonly #random: Random
  readonly #skewMs: number
  /** Highest sequence proposed per origin in the present leadership. */
  #proposed = new Map<number, Proposed>()
  #lastStamp = 0
  #lastMono = 0

  constructor(random: Random, skewMs: number) {
    this.#random = random
    this.#skewMs = skewMs
  }

  /** Leadership began or ended: what was proposed before may be lost. */
  reset(): void {
    this.#proposed.clear()
    this.#lastMono = 0
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
    return new CommandPayload(head, proposal)
  }

  /** An entry without commands that moves the engine's clock and expires what is due. */
  tick(clock: number, now: Now): Payload {
    const head = this.#head(entryKinds.tick, clock, now, null)
    return new CommandPayload(head, { commands: null, size: 0, body: () => noBytes })
  }

  #head(kind: number, clock: number, now: Now, proposal: Proposal | null): EntryHead {
    return {
      kind,
      version: entryVersion,
      origin: proposal === null ? 0 : proposal.origin,
      incarnation: proposal === null ? 0 : proposal.incarnation,
      sequence: proposal === null ? 0 : proposal.sequence,
      acknowledged: proposal === null ? 0 : proposal.acknowledged,
      stamp: this.#stamp(clock, now),
      seedHigh: this.#random.uint32(),
      seedLow: this.#random.uint32(),
      trace: '',
    }
  }

  /** Never before the engine's clock, and never ahead of the last stamp by more than time passed plus the bound. */
  #stamp(clock: number, now: Now): number {
    if (hasBug('shard-clock-goes-back')) return Math.max(1, now.wall)
    let stamp = Math.max(now.wall, clock, 1)
    if (this.#lastMono > 0) {
      const most = Math.max(this.#lastStamp, clock) + (now.mono - this.#lastMono) + this.#skewMs
      stamp = Math.max(this.#lastStamp, clock, Math.min(stamp, most))
    }
    if (this.#lastMono === 0 || stamp <= now.wall) {
      this.#lastMono = now.mono
      this.#lastStamp = stamp
    }
    return stamp
  }
}

/** The message that carries a batch to the leader. */
export function encodeForward(proposal: Omit<Proposal, 'origin' | 'commands' | 'size'>): Uint8Array {
  const body = proposal.body()
  return new ByteWriter(body.length + 32)
    .byte(1)
    .varint(proposal.incarnation)
    .varint(proposal.sequence)
    .varint(proposal.acknowledged)
    .raw(body)
    .finish()
}
