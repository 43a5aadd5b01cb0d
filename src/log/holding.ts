// Entries that only clients of the leader wait for go at once to as many followers as make a majority with it. The
// others get them a little later: several batches in one message, which cost them one write, one sync and one
// answer. What is committed hangs on no order of sending; where those that are asked first are slow, all are asked.

import type { Payload } from '../api/entry.js'
import type { MemberId } from '../api/ids.js'
import type { Members } from '../api/strategy.js'
import { hasBug } from '../base/seeded-bug.js'
import type { Progress } from './progress.js'
import { quorumSize } from './quorum.js'
import type { ReplicaLog } from './replica-log.js'

/** Entries are held back for so many times as long as commits take, within these bounds in milliseconds. */
const holdTimes = 4
const holdMsMin = 8
const holdMsMax = 30
/** Bytes that are held back at most: beside them another message costs little. */
const holdBytesMax = 256 * 1024
/** Milliseconds for which all get everything once a client asked who holds what: it asks again, and waits for the slowest. */
const spreadMs = 1_000
const none = Number.MAX_SAFE_INTEGER

/** The leader, as a strategy keeps it. */
export interface HoldingLeader {
  readonly self: MemberId
  readonly mono: number
  readonly members: Members
  readonly log: ReplicaLog
}

export class Holding {
  /** Those that get everything at once, and make a majority with the leader; null where nobody knows. */
  #near: readonly MemberId[] | null = null
  /** What the present flush does: entries are held back from all others. */
  #isOn = false
  /** Members wait for entries up to here: everybody gets them at once. */
  #urgentTo = 0
  /** Monotonic ms since which something is held back, and the last index then. */
  #since = none
  #first = 0
  #isTimed = false
  #bytes = 0
  /** Until this is committed all get everything: those near were slow. */
  #allTo = 0
  /** Monotonic ms until which nothing is held back. */
  #spreadUntil = 0
  /** Milliseconds that a commit takes. */
  #usualMs = 0

  proposed(index: number, payload: Payload): void {
    if (payload.isAwaited === false) this.#bytes += payload.size
    else this.urge(index)
  }

  /** Somebody elsewhere waits for what is up to `index`. */
  urge(index: number): void {
    if (index > this.#urgentTo) this.#urgentTo = index
  }

  /** A client waits until more members than decide hold what is up to `index`. */
  spread(index: number, mono: number): void {
    this.urge(index)
    this.#spreadUntil = mono + spreadMs
  }

  /** What is held back leaves then at the latest. */
  wakeAt(): number {
    if (this.#since === none) return none
    // Somebody asked after the turn's sending.
    return this.#isUrgent ? this.#since : this.#endsAt
  }

  get #isUrgent(): boolean {
    return this.#urgentTo >= this.#first
  }

  get #endsAt(): number {
    const ms = Math.min(Math.max(this.#usualMs * holdTimes, holdMsMin), holdMsMax)
    return this.#since + Math.ceil(ms)
  }

  /** Entries are about to be sent. `isPlain`: the leader is established, and nothing of it or of its members changes. */
  begin(leader: HoldingLeader, progress: ReadonlyMap<MemberId, Progress>, isPlain: boolean): void {
    const isReleased = this.#isOver(leader)
    const isAsked = leader.mono < this.#spreadUntil || leader.log.commit < this.#allTo
    const mayHold = !isReleased && isPlain && !isAsked
    this.#isOn = mayHold && this.#hasNear(leader, progress)
  }

  /** The last entry that a peer may have now. */
  lastFor({ log, mono }: HoldingLeader, id: MemberId, peer: Progress): number {
    const { last } = log.tail
    if (!this.#isOn || peer.state !== 'replicate' || peer.next > last) return last
    if (this.#near?.includes(id) === true) return last
    if (hasBug('raft-held-back-for-good') || hasBug('zab-held-back-for-good')) return peer.next - 1
    if (peer.next <= this.#urgentTo) return last
    if (this.#since === none) {
      this.#since = mono
      this.#first = last
      this.#isTimed = false
    }
    return peer.next - 1
  }

  /** Whether what is held back has waited for long enough. */
  #isOver({ mono, log }: HoldingLeader): boolean {
    if (this.#since === none) {
      this.#bytes = 0
      return false
    }
    const isCommitted = log.commit >= this.#first
    const isOver = mono >= this.#endsAt || this.#bytes >= holdBytesMax
    if (!this.#isTimed && (isCommitted || isOver)) {
      this.#isTimed = true
      this.#usualMs += (mono - this.#since - this.#usualMs) / 8
    }
    if (!isOver && !this.#isUrgent) return false
    this.#since = none
    this.#bytes = 0
    if (isOver && !isCommitted) {
      this.#near = null
      this.#allTo = log.tail.last
    }
    return true
  }

  #hasNear({ self, members }: HoldingLeader, progress: ReadonlyMap<MemberId, Progress>): boolean {
    const { voters, outgoing } = members
    if (outgoing !== undefined || !voters.includes(self)) return false
    const isFit = (id: MemberId): boolean => {
      const peer = progress.get(id)
      return peer !== undefined && peer.state === 'replicate' && !peer.recovering
    }
    const needed = quorumSize(voters.length) - 1
    const near = this.#near
    const isKept = near?.length === needed && near.every((id) => isFit(id) && voters.includes(id))
    if (!isKept) {
      const matchOf = (id: MemberId): number => (progress.get(id) as Progress).match
      const fit = voters.filter(isFit)
      fit.sort((a, b) => matchOf(b) - matchOf(a) || a - b)
      this.#near = fit.length < needed ? null : fit.slice(0, needed)
    }
    return this.#near !== null
  }
}
