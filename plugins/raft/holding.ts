// Entries that only clients of the leader wait for go at once to as many followers as make a majority with it. The
// others get them a little later: several batches in one message, which cost them one write, one sync and one
// answer. What is committed hangs on no order of sending; where those that are asked first are slow, all are asked.

import { hasBug, type MemberId, type Payload, type Progress, quorumSize } from 'quorate/plugin'
import type { Leading } from './leader.js'
import type { RaftState } from './state.js'

/** Entries are held back for so many times as long as commits take, within these bounds in milliseconds. */
const holdTimes = 4
const holdMsMin = 8
const holdMsMax = 30
/** Bytes that are held back at most: beside them another message costs little. */
const holdBytesMax = 256 * 1024
const none = Number.MAX_SAFE_INTEGER

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

  /** Entries are about to be sent. */
  begin(raft: RaftState, leading: Leading): void {
    const isReleased = this.#isOver(raft)
    this.#isOn = !isReleased && raft.commit >= this.#allTo && this.#mayHold(raft, leading)
  }

  /** The last entry that a peer may have now. */
  lastFor(raft: RaftState, id: MemberId, peer: Progress): number {
    const { last } = raft.tail
    if (!this.#isOn || peer.state !== 'replicate' || peer.next > last) return last
    if (this.#near?.includes(id) === true) return last
    if (hasBug('raft-held-back-for-good')) return peer.next - 1
    if (peer.next <= this.#urgentTo) return last
    if (this.#since === none) {
      this.#since = raft.mono
      this.#first = last
      this.#isTimed = false
    }
    return peer.next - 1
  }

  /** Whether what is held back has waited for long enough. */
  #isOver({ commit, mono, tail }: RaftState): boolean {
    if (this.#since === none) {
      this.#bytes = 0
      return false
    }
    const isCommitted = commit >= this.#first
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
      this.#allTo = tail.last
    }
    return true
  }

  #mayHold(raft: RaftState, leading: Leading): boolean {
    const { voters, outgoing } = raft.members
    if (outgoing !== undefined || !voters.includes(raft.self) || raft.commit < leading.noop)
      return false
    if (leading.transfer !== null || leading.change !== null || leading.leaving.size > 0)
      return false
    const isFit = (id: MemberId): boolean => {
      const peer = leading.progress.get(id)
      return peer !== undefined && peer.state === 'replicate' && !peer.recovering
    }
    if (this.#near?.every((id) => isFit(id) && voters.includes(id)) !== true) {
      const progressOf = (id: MemberId): Progress => leading.progress.get(id) as Progress
      const needed = quorumSize(voters.length) - 1
      const fit = voters.filter(isFit)
      fit.sort((a, b) => progressOf(b).match - progressOf(a).match || a - b)
      this.#near = fit.length < needed ? null : fit.slice(0, needed)
    }
    return this.#near !== null && this.#near.length === quorumSize(voters.length) - 1
  }
}
