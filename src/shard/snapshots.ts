// Snapshots of one group in both directions, tied to its checkpoints, its strategy and its executor.
// Decides when a checkpoint must be made for a peer; the sender and the receiver do the rest.

import type { Engine } from '../api/engine.js'
import type { GroupId, MemberId, Now } from '../api/ids.js'
import type { Strategy } from '../api/strategy.js'
import { hasBug } from '../base/seeded-bug.js'
import type { Checkpoints } from './checkpoints.js'
import type { Cleaner } from './cleaner.js'
import { channels, type Channel, type ShardSink } from './sink.js'
import { SnapshotReceiver } from './snapshot-receiver.js'
import { SnapshotSender, type SnapshotSource } from './snapshot-sender.js'
import type { Manifest } from './state-layout.js'

export interface SnapshotsHost {
  checkpoints(): Checkpoints
  strategy(): Strategy
  /** No entry is half executed: a checkpoint may begin. */
  mayBegin(): boolean
  begin(now: Now): void
  /** Nothing may be executed until `install`. */
  hold(): void
  install(engine: Engine, manifest: Manifest): void
}

export interface SnapshotsInit {
  readonly group: GroupId
  readonly sink: ShardSink
  readonly makeEngine: () => Engine
  readonly generation: number
  readonly generationMax: number
  readonly cleaner: Cleaner
  readonly host: SnapshotsHost
}

export class Snapshots {
  readonly #init: SnapshotsInit
  readonly #sender: SnapshotSender
  readonly #receiver: SnapshotReceiver
  /** Whose rows the transfer that runs reads: its hold is released there. */
  #held: Checkpoints | null = null
  #now: Now = { wall: 0, mono: 0 }
  readonly counters = { snapshots_sent: 0, snapshots_failed: 0, snapshots_installed: 0 }

  constructor(init: SnapshotsInit) {
    this.#init = init
    const { group, sink, host } = init
    this.#sender = new SnapshotSender({
      group,
      sink,
      reign: () => host.strategy().status(),
      open: () => this.#open(),
      close: () => {
        this.#held?.release()
        this.#held = null
      },
      onSent: (peer, ok, at) => {
        if (ok) this.counters.snapshots_sent++
        else this.counters.snapshots_failed++
        host.strategy().snapshotSent(peer, ok, at)
      },
    })
    this.#receiver = new SnapshotReceiver({
      group,
      sink,
      cleaner: init.cleaner,
      makeEngine: init.makeEngine,
      generation: init.generation,
      generationMax: init.generationMax,
      accepts: (from, term, at) => host.strategy().acceptsSnapshot(from, term, at),
      onInstalling: () => {
        this.#sender.cancel()
        host.hold()
        host.strategy().snapshotInstalling?.()
      },
      onInstalled: (snapshot) => {
        this.counters.snapshots_installed++
        host.install(snapshot.engine, snapshot.manifest)
      },
    })
  }

  /** Why no snapshot can be taken any more, or null. */
  get failure(): string | null {
    return this.#receiver.failure
  }

  /** The strategy says that a peer can be helped by a snapshot only. */
  wanted(peer: MemberId): void {
    this.#sender.start(peer)
  }

  message(from: MemberId, channel: Channel, body: Uint8Array, now: Now): void {
    if (channel === channels.snapshotOffer) this.#receiver.offered(from, body)
    else if (channel === channels.snapshotChunk) this.#receiver.received(from, body)
    else this.#sender.acked(now, from, body)
  }

  peerUp(peer: MemberId): void {
    this.#sender.peerUp(peer)
  }

  peerDown(peer: MemberId): void {
    this.#sender.peerDown(peer)
  }

  turn(now: Now): void {
    this.#now = now
    this.#receiver.turn(now)
    if (!this.#receiver.isInstalling) this.#sender.turn(now)
  }

  wakeAt(): number {
    return Math.min(this.#sender.wakeAt(), this.#receiver.wakeAt())
  }

  /** The last finished checkpoint if the log still follows it, else null and one is begun. */
  #open(): SnapshotSource | null {
    const { host } = this.#init
    const checkpoints = host.checkpoints()
    const { finished } = checkpoints
    const status = host.strategy().status()
    if (finished !== null && finished.position.index >= status.first - 1) {
      checkpoints.hold()
      this.#held = checkpoints
      const isSaid = !hasBug('shard-members-not-in-snapshot')
      return { manifest: finished, members: isSaid ? (finished.members ?? null) : null }
    }
    if (checkpoints.mayBegin && host.mayBegin()) host.begin(this.#now)
    checkpoints.hurry()
    return null
  }
}
