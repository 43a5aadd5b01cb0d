// The disk of one member: two ordered stores and the witness file, behind a device that takes time,
// fails, fills and rots. Keeps the order of the writes of one store and merges what waits, as the
// shipped host does.

import type { Input } from '../../src/api/io.js'
import type { StoreName, StoreWrite, Witness, WitnessNote } from '../../src/api/store.js'
import type { Boot } from '../../src/api/io.js'
import type { Random } from '../../src/base/random.js'
import { laterOf } from '../../src/host/witness.js'
import { decodeIdentity, identityKey } from '../../src/log/layout.js'
import type { Schedule } from './schedule.js'
import { type LossMode, SimStore } from './store.js'

/** Microseconds of one write and one sync, drawn between the two. */
export interface DiskSpeed {
  readonly min: number
  readonly max: number
}

/** Microseconds that no write takes on a disk that is not slow. */
const longUs = 20_000

interface Lane {
  readonly store: SimStore
  waiting: StoreWrite[]
  /** Writes on their way to the device, or null. */
  flying: StoreWrite[] | null
  /** World time at which they left. */
  leftAt: number
}

interface Backup {
  readonly log: ReturnType<SimStore['rows']>
  readonly state: ReturnType<SimStore['rows']>
  readonly witness: Witness | null
}

const witnessSyncUs = 1_000_000

export class SimDisk {
  readonly #schedule: Schedule
  readonly #random: Random
  readonly #lanes: Readonly<Record<StoreName, Lane>>
  readonly #speed: DiskSpeed
  #witness: Witness | null = null
  #witnessDurable: Witness | null = null
  #life = 0
  #deliver: (input: Input) => void = () => undefined
  #poisoned = false
  #backup: Backup | null = null
  /** Multiplies the time of every write. */
  slowness = 1
  /** The next write fails. */
  failNext = false
  /**
   * Groups whose newest notes, up to a second of them, a power loss took, and of which no note came
   * since: a log that loses its last second then cannot be told from one that never had it.
   */
  readonly #behind = new Set<number>()

  constructor(schedule: Schedule, random: Random, speed: DiskSpeed) {
    this.#schedule = schedule
    this.#random = random
    this.#speed = speed
    const lane = (): Lane => ({ store: new SimStore(), waiting: [], flying: null, leftAt: 0 })
    this.#lanes = { log: lane(), state: lane() }
    this.#syncWitnessEachSecond()
  }

  /** Opens the disk for a new life of the member; answers to earlier lives are dropped. */
  open(deliver: (input: Input) => void): Boot {
    this.#life++
    this.#deliver = deliver
    this.#poisoned = false
    this.failNext = false
    for (const lane of Object.values(this.#lanes)) {
      lane.waiting = []
      lane.flying = null
    }
    return {
      logRows: [...this.#lanes.log.store.rows()],
      witness: this.#witness,
      witnessDamaged: false,
    }
  }

  write(write: StoreWrite): void {
    const lane = this.#lanes[write.store]
    // All writes of a turn go together.
    if (lane.flying !== null && lane.leftAt === this.#schedule.now) {
      lane.flying.push(write)
      return
    }
    lane.waiting.push(write)
    if (lane.flying === null) this.#fly(lane)
  }

  scan(request: {
    id: number
    store: StoreName
    from: string
    to: string
    bytesMax: number
  }): void {
    const life = this.#life
    this.#schedule.after(this.#time(), () => {
      if (life !== this.#life) return
      const found = this.#lanes[request.store].store.scan(
        request.from,
        request.to,
        request.bytesMax,
      )
      this.#deliver({ kind: 'scanned', id: request.id, ...found })
    })
  }

  markClean(clean: boolean): void {
    if (this.#witness === null || this.#witness.clean === clean) return
    this.#witness = { ...this.#witness, clean }
    this.#witnessDurable = this.#witness
  }

  /** The process ends; what was handed to the operating system stays, what still flew may or may not. */
  kill(): void {
    this.#life++
    for (const lane of Object.values(this.#lanes)) {
      // Behind a failed write nothing is written any more.
      if (lane.flying !== null && !this.#poisoned && this.#random.chance(1, 2)) this.#land(lane)
      lane.flying = null
      lane.waiting = []
    }
  }

  /** The machine loses power: unsynced writes may go. */
  losePower(mode: LossMode): void {
    this.kill()
    for (const lane of Object.values(this.#lanes)) lane.store.losePower(this.#random, mode)
    if (this.#random.chance(1, 2)) {
      if (this.#witness !== this.#witnessDurable)
        for (const { group } of this.#witness?.groups ?? []) this.#behind.add(group)
      this.#witness = this.#witnessDurable
    }
    this.#witnessDurable = this.#witness
  }

  wipe(): void {
    for (const lane of Object.values(this.#lanes)) lane.store.wipe()
    this.#witness = null
    this.#witnessDurable = null
    this.#behind.clear()
  }

  backUp(): void {
    const [log, state] = [this.#lanes.log.store.rows(), this.#lanes.state.store.rows()]
    this.#backup = { log, state, witness: this.#witness }
  }

  /** Puts an older copy of both stores back; the witness file stays. False without a backup that shows. */
  restoreBackup(): boolean {
    if (this.#backup === null || this.#behind.size > 0) return false
    this.#lanes.log.store.restore(this.#backup.log)
    this.#lanes.state.store.restore(this.#backup.state)
    return true
  }

  /** The same with the witness file: an image of the whole disk. */
  restoreImage(): boolean {
    this.#behind.clear()
    if (!this.restoreBackup()) return false
    this.#witness = this.#backup?.witness ?? null
    this.#witnessDurable = this.#witness
    return true
  }

  rot(store: StoreName): boolean {
    if (this.#behind.size > 0) return false
    return this.#lanes[store].store.rot(this.#random)
  }

  /** A write failed in this life: the store takes no more. */
  get isPoisoned(): boolean {
    return this.#poisoned
  }

  /** A write takes long, or others wait behind one: what this member would answer waits for them. */
  get isCongested(): boolean {
    const longAgo = this.#schedule.now - longUs
    return Object.values(this.#lanes).some(
      (lane) => lane.waiting.length > 0 || (lane.flying !== null && lane.leftAt < longAgo),
    )
  }

  get rowCount(): number {
    return this.#lanes.log.store.rowCount + this.#lanes.state.store.rowCount
  }

  #fly(lane: Lane): void {
    const batch = lane.waiting
    lane.waiting = []
    lane.flying = batch
    lane.leftAt = this.#schedule.now
    const life = this.#life
    const synced = batch.some((write) => write.sync)
    this.#schedule.after(synced ? this.#time() : this.#random.below(60) + 5, () => {
      if (life !== this.#life) return
      this.#finish(lane, batch)
    })
  }

  #finish(lane: Lane, batch: readonly StoreWrite[]): void {
    const failed = this.#poisoned || this.failNext
    if (failed) {
      // What a failed write leaves behind is not known.
      if (!this.#poisoned && this.#random.chance(1, 2)) lane.store.apply(batch)
      this.#poisoned = true
      this.failNext = false
    } else {
      this.#land(lane)
      for (const { puts } of batch) this.#identify(puts)
    }
    lane.flying = null
    const error = failed ? 'input/output error' : null
    for (const { store, id } of batch) this.#deliver({ kind: 'stored', store, id, error })
    if (lane.waiting.length > 0) this.#fly(lane)
  }

  #land(lane: Lane): void {
    const batch = lane.flying ?? []
    lane.store.apply(batch)
    this.#note(batch.flatMap((write) => write.witness))
  }

  /** Whose store it is, once the row that says so is durable: kept in the witness with the notes. */
  #identify(puts: StoreWrite['puts']): void {
    for (const { key, value } of puts) {
      const identity = key === identityKey ? decodeIdentity(value) : 'corrupt'
      if (typeof identity === 'string' || identity.phase === 'forming') continue
      const { clusterId, member, incarnation } = identity
      const groups = this.#witness?.groups ?? []
      this.#witness = { clusterId, member, incarnation, clean: false, groups }
      this.#witnessDurable = this.#witness
    }
  }

  #note(notes: readonly WitnessNote[]): void {
    if (this.#witness === null || notes.length === 0) return
    for (const { group } of notes) this.#behind.delete(group)
    const groups = new Map(this.#witness.groups.map((old) => [old.group, old]))
    for (const note of notes) groups.set(note.group, laterOf(groups.get(note.group), note))
    this.#witness = { ...this.#witness, groups: [...groups.values()] }
    if (notes.some((note) => note.sync)) this.#witnessDurable = this.#witness
  }

  #syncWitnessEachSecond(): void {
    this.#schedule.after(witnessSyncUs, () => {
      this.#witnessDurable = this.#witness
      this.#syncWitnessEachSecond()
    })
  }

  #time(): number {
    const { min, max } = this.#speed
    return (min + this.#random.below(max - min + 1)) * this.slowness
  }
}
