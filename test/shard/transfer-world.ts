// Two members of one group and a network between them that loses, doubles and reorders: the sender's
// checkpoints and sender on one side, the receiver on the other. Each side may crash and boot again.

import type { GroupId, MemberId, Now } from '../../src/api/ids.js'
import type { Position } from '../../src/api/position.js'
import { Random } from '../../src/base/random.js'
import { textToBytes } from '../../src/base/bytes.js'
import { Checkpoints } from '../../src/shard/checkpoints.js'
import { Cleaner } from '../../src/shard/cleaner.js'
import { Loader } from '../../src/shard/loader.js'
import { channels } from '../../src/shard/sink.js'
import { type InstalledSnapshot, SnapshotReceiver } from '../../src/shard/snapshot-receiver.js'
import { type Reign, SnapshotSender } from '../../src/shard/snapshot-sender.js'
import { FakeEngine } from './fake-engine.js'
import { type Sent, StoreWorld } from './store-world.js'

export const group = 1 as GroupId
export const leader = 1 as MemberId
export const follower = 2 as MemberId

export interface Faults {
  /** Of 100 frames: lost, doubled, held back behind later ones. */
  readonly lost: number
  readonly doubled: number
  readonly late: number
}

/** One side: store, engine, checkpoints, cleaner, sender and receiver, as a shard holds them. */
export class Side {
  readonly store = new StoreWorld()
  readonly self: MemberId
  engine = new FakeEngine()
  position: Position = { term: 0, index: 0 }
  checkpoints!: Checkpoints
  cleaner!: Cleaner
  sender!: SnapshotSender
  receiver!: SnapshotReceiver
  readonly installed: InstalledSnapshot[] = []
  readonly reports: { peer: MemberId; ok: boolean; index: number }[] = []
  accepts = (_from: MemberId, _term: number, at: Position): boolean =>
    at.index > this.position.index
  reign = (): Reign => ({ term: 1, era: 0 })
  /** Least index that a snapshot for a peer must have. */
  wantsIndex = 0

  constructor(self: MemberId) {
    this.self = self
    this.boot()
  }

  /** As the shard boots: load, then make everything anew. */
  boot(): void {
    this.engine = new FakeEngine()
    const loader = new Loader({ group, engine: this.engine, sink: this.store })
    loader.start()
    while (loader.result === null) this.store.answerAll()
    const { result } = loader
    if (result.kind === 'damaged') throw new Error(result.sentence)
    this.position = result.kind === 'loaded' ? result.manifest.position : { term: 0, index: 0 }
    this.cleaner = new Cleaner(this.store)
    this.cleaner.add(result.garbage)
    this.#makeCheckpoints(
      result.generation,
      result.number,
      result.kind === 'loaded' ? result.manifest : null,
    )
    this.receiver = new SnapshotReceiver({
      group,
      sink: this.store,
      cleaner: this.cleaner,
      makeEngine: () => new FakeEngine(),
      generation: result.generation,
      generationMax: result.generationMax,
      accepts: (from, term, at) => this.accepts(from, term, at),
      onInstalling: () => {
        this.checkpoints.close()
        this.sender.cancel()
      },
      onInstalled: (snapshot) => this.#install(snapshot),
    })
    this.sender = new SnapshotSender({
      group,
      sink: this.store,
      reign: () => this.reign(),
      open: () => {
        const manifest = this.checkpoints.finished
        if (manifest === null || manifest.position.index < this.wantsIndex) return null
        this.checkpoints.hold()
        return { manifest, members: { voters: [leader, follower], learners: [] } }
      },
      close: () => this.checkpoints.release(),
      onSent: (peer, ok, at) => this.reports.push({ peer, ok, index: at.index }),
    })
  }

  turn(now: Now): void {
    this.checkpoints.turn(now)
    this.cleaner.turn(now)
    this.receiver.turn(now)
    this.sender.turn(now)
  }

  /** Begins a checkpoint of what the engine holds, at `index`. */
  begin(now: Now, index: number): void {
    this.position = { term: 1, index }
    this.checkpoints.begin(now, {
      position: this.position,
      chain: { high: index, low: 3 },
      era: 0,
      meta: textToBytes(`meta of ${index}`),
    })
    this.checkpoints.hurry()
  }

  receive(now: Now, from: MemberId, { channel, body }: Sent): void {
    if (channel === channels.snapshotOffer) this.receiver.offered(from, body)
    else if (channel === channels.snapshotChunk) this.receiver.received(from, body)
    else if (channel === channels.snapshotAck) this.sender.acked(now, from, body)
  }

  #install(snapshot: InstalledSnapshot): void {
    this.installed.push(snapshot)
    this.engine = snapshot.engine as FakeEngine
    this.position = snapshot.manifest.position
    this.#makeCheckpoints(snapshot.manifest.generation, snapshot.manifest.number, snapshot.manifest)
  }

  #makeCheckpoints(
    generation: number,
    number: number,
    finished: InstalledSnapshot['manifest'] | null,
  ): void {
    this.checkpoints = new Checkpoints({
      group,
      engine: this.engine,
      sink: this.store,
      generation,
      number,
      finished,
      keysPerSecond: 1_000_000,
      logBytesMax: 1,
      intervalMs: 1,
      onFinished: () => {},
    })
  }
}

interface WireFrame {
  readonly to: Side
  readonly sent: Sent
  readonly from: MemberId
}

export class TransferWorld {
  readonly random: Random
  readonly a = new Side(leader)
  readonly b = new Side(follower)
  readonly faults: Faults
  mono = 0
  #wire: WireFrame[] = []

  constructor(seed: number, faults: Faults = { lost: 0, doubled: 0, late: 0 }) {
    this.random = new Random(seed)
    this.faults = faults
  }

  get now(): Now {
    return { wall: 5_000_000 + this.mono, mono: this.mono }
  }

  /** One turn of each side, some answers of each disk, some frames of the wire. */
  step(milliseconds = 10): void {
    this.mono += milliseconds
    for (const side of [this.a, this.b]) {
      side.turn(this.now)
      this.#collect(side)
      for (let i = this.random.below(4); i > 0; i--) side.store.answerWrite()
      for (let i = this.random.below(3); i > 0; i--) side.store.answerScan()
    }
    this.#deliver()
  }

  /** Steps until `isDone`; false when it does not come within the bound. */
  run(isDone: () => boolean, stepsMax = 20_000): boolean {
    for (let i = 0; i < stepsMax; i++) {
      if (isDone()) return true
      this.step()
    }
    return isDone()
  }

  crash(side: Side): void {
    side.store.crash(this.random)
    this.#wire = this.#wire.filter((frame) => frame.to !== side && this.random.chance(1, 2))
    side.boot()
  }

  #collect(side: Side): void {
    const to = side === this.a ? this.b : this.a
    for (const sent of side.store.sent.splice(0)) {
      if (this.random.chance(this.faults.lost, 100)) continue
      this.#wire.push({ to, sent, from: side.self })
      if (this.random.chance(this.faults.doubled, 100)) {
        this.#wire.push({ to, sent, from: side.self })
      }
    }
  }

  #deliver(): void {
    const held: WireFrame[] = []
    for (const frame of this.#wire.splice(0)) {
      if (this.random.chance(this.faults.late, 100)) held.push(frame)
      else frame.to.receive(this.now, frame.from, frame.sent)
    }
    this.#wire = held
  }
}

/** Content in key order, comparable. */
export function content(engine: FakeEngine): [string, string][] {
  return [...engine.data].sort((x, y) => (x[0] < y[0] ? -1 : 1))
}

/** Fills with values whose sizes cross the chunk's. */
export function fill(engine: FakeEngine, random: Random, keys: number): void {
  for (let i = 0; i < keys; i++) {
    const size = random.chance(1, 24) ? random.below(1_300_000) : random.below(20_000)
    engine.set(`key:${random.below(500)}`, 'x'.repeat(size))
  }
}
