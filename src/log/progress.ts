// What a leader knows of one peer's log: how far it matches, what to send next and how much may be in
// flight. Three states: `probe` sends one message and waits, `replicate` pipelines within a window,
// `snapshot` sends nothing until the transfer ended. Driven by the leader of a total-order strategy.

import { assert } from '../base/assert.js'

export type ProgressState = 'probe' | 'replicate' | 'snapshot'

export interface ProgressOptions {
  /** Append messages in flight, and their bytes. */
  readonly windowMax: number
  readonly windowBytesMax: number
}

export class Progress {
  readonly #options: ProgressOptions
  /** Greatest index known to be durable at the peer and equal to ours; never goes back in one term. */
  match = 0
  /** Next index to send; match < next. */
  next: number
  state: ProgressState = 'probe'
  /** Probe only: one message is out, nothing more until an answer or a heartbeat's answer. */
  paused = false
  /** Probe only: the last entry in the message that is out, 0 for none. */
  #probedTo = 0
  /** Snapshot only: index of the snapshot under way. */
  pendingSnapshot = 0
  /** Monotonic ms of the last answer in this term. */
  activeAt: number
  /** The greatest commit index sent. */
  commitSent = 0
  /** The peer counts for nothing until it is refilled. */
  recovering = false
  /** The peer's run that `match` belongs to; 0 for not known. */
  life = 0
  /** The run that acknowledged `match`; 0 for none. */
  matchLife = 0
  /** What an earlier run acknowledged and this one lacks: told until it knows. */
  forgotten: { readonly life: number; readonly index: number } | null = null
  /** Answers that carry a lower fence come from before a known loss of state and are void. */
  fenceMin = 0
  /** The greatest ReadIndex round answered. */
  round = 0
  /** Match (in probe: next) at the last heartbeat's answer: no movement since means that something was lost. */
  stalledAt = -1
  /** Last index of each append in flight, oldest first, and the bytes of each. */
  readonly #flying: number[] = []
  readonly #flyingBytes: number[] = []
  #bytes = 0

  constructor(next: number, mono: number, options: ProgressOptions) {
    this.#options = options
    this.next = next
    this.activeAt = mono
  }

  get inFlight(): number {
    return this.#flying.length
  }

  get inFlightBytes(): number {
    return this.#bytes
  }

  /** The last entry that was sent and is not known to be lost or refused. */
  get sentTo(): number {
    if (this.state === 'snapshot') return this.match
    return Math.max(this.next - 1, this.paused ? this.#probedTo : 0)
  }

  /** Whether an append may be sent now. */
  get isOpen(): boolean {
    if (this.state === 'snapshot') return false
    if (this.state === 'probe') return !this.paused
    const { windowMax, windowBytesMax } = this.#options
    return this.#flying.length < windowMax && this.#bytes < windowBytesMax
  }

  /** Entries up to `last` (of `bytes`) were sent; `count` may be 0 in probe state. */
  sent(count: number, bytes: number): void {
    if (this.state === 'probe') {
      this.paused = true
      this.#probedTo = this.next - 1 + count
      return
    }
    assert(this.state === 'replicate', 'nothing is sent beside a snapshot')
    if (count === 0) return
    this.next += count
    this.#flying.push(this.next - 1)
    this.#flyingBytes.push(bytes)
    this.#bytes += bytes
  }

  /** The peer has everything up to `index`. True where that is news. */
  acknowledged(index: number): boolean {
    while (this.#flying.length > 0 && (this.#flying[0] as number) <= index) {
      this.#flying.shift()
      this.#bytes -= this.#flyingBytes.shift() as number
    }
    const isNews = index > this.match
    if (isNews) this.match = index
    if (index >= this.match) this.matchLife = this.life
    this.next = Math.max(this.next, index + 1)
    if (!isNews && index < this.match) return false
    if (this.state === 'probe') this.becomeReplicate()
    else if (this.state === 'snapshot' && this.match >= this.pendingSnapshot) this.becomeReplicate()
    return isNews
  }

  /**
   * The peer refused an append behind `previous` and hints at `hint`. False for a stale refusal, which
   * changes nothing: a refusal at or below `match`, or one that no message in flight explains.
   */
  refused(previous: number, hint: number): boolean {
    if (this.state === 'snapshot') return false
    if (this.state === 'replicate') {
      if (previous <= this.match || previous >= this.next) return false
      this.becomeProbe()
      this.next = Math.max(Math.min(previous, hint + 1), this.match + 1)
      return true
    }
    if (this.next - 1 !== previous) return false
    this.next = Math.max(Math.min(previous, hint + 1), this.match + 1)
    this.paused = false
    return true
  }

  /** It answered a heartbeat. What has not moved since the last one was lost, and is sent again. */
  beaten(): void {
    if (this.state === 'probe') {
      if (this.stalledAt === this.next) this.paused = false
      this.stalledAt = this.next
    }
    if (this.state === 'replicate' && this.match < this.next - 1) {
      if (this.stalledAt === this.match) this.becomeProbe()
      else this.stalledAt = this.match
    }
  }

  /** The link to it closed: what was in flight may be lost. */
  linkDown(): void {
    if (this.state !== 'replicate') return
    this.becomeProbe()
    this.paused = true
  }

  /** A snapshot transfer to it ended; false where it failed, or was not waited for. */
  snapshotEnded(ok: boolean, index: number): boolean {
    if (this.state !== 'snapshot') return false
    if (!ok) {
      this.snapshotFailed()
      return false
    }
    this.pendingSnapshot = Math.max(this.pendingSnapshot, index)
    this.becomeProbe()
    return true
  }

  becomeProbe(): void {
    this.#land()
    this.next =
      this.state === 'snapshot' ? Math.max(this.match, this.pendingSnapshot) + 1 : this.match + 1
    this.state = 'probe'
    this.paused = false
    this.#probedTo = 0
    this.pendingSnapshot = 0
    this.stalledAt = -1
  }

  becomeReplicate(): void {
    this.#land()
    this.state = 'replicate'
    this.paused = false
    this.pendingSnapshot = 0
    this.next = this.match + 1
    this.stalledAt = -1
  }

  becomeSnapshot(index: number): void {
    this.#land()
    this.state = 'snapshot'
    this.pendingSnapshot = index
  }

  /** The snapshot under way failed: probe again from what is known to match. */
  snapshotFailed(): void {
    this.pendingSnapshot = 0
    this.becomeProbe()
    this.paused = true
  }

  /** The peer lost what it had acknowledged: count nothing of it, and no answer below `fence`. */
  forget(fence: number): void {
    this.match = 0
    this.matchLife = 0
    this.round = 0
    this.fenceMin = fence
    this.pendingSnapshot = 0
    if (this.state !== 'snapshot') this.state = 'probe'
    const next = this.next
    this.becomeProbe()
    this.next = next
  }

  #land(): void {
    this.#flying.length = 0
    this.#flyingBytes.length = 0
    this.#bytes = 0
  }
}
