// What tests of merging build their worlds from: a few bare engines that write at the same time, each with a
// vector of what it has merged, and the entries that are on their way. Causes are delivered before effects.

import { createEngine } from '../../src/engine/engine.js'
import { type Engine, type EngineMerging, later } from '../../src/api/engine.js'
import type { Victim } from '../../src/api/eviction.js'
import type { Reply } from '../../src/api/reply.js'
import { keySlot } from '../../src/base/keyslot.js'
import { Merging } from '../../src/engine/merging.js'
import { msOfStamp, StampClock } from '../../src/log/stamps.js'
import { Vector } from '../../src/log/vector.js'
import { checkpoint, options, Storage } from './world.js'

/** When the worlds begin. */
export const start = 1_800_000_000_000

export interface Entry {
  readonly seat: number
  readonly previous: number
  readonly stamp: number
  readonly context: Vector
  readonly operations: Uint8Array
}

export class Replica {
  readonly seat: number
  engine: Engine = createEngine({ ...options, merges: true })
  readonly vector = new Vector()
  readonly clock: StampClock
  /** All entries merged or made here, in the order in which that was. */
  readonly log: Entry[] = []
  /** The log tells all that is here. */
  isWhole = true
  /** Ahead of the others' wall clocks, milliseconds. */
  skewMs = 0
  #last = 0
  #checkpoints = 0
  #storage = new Storage()

  constructor(seat: number) {
    this.seat = seat
    this.clock = new StampClock(seat, 1_000_000_000)
  }

  get merging(): EngineMerging {
    const { merging } = this.engine
    if (merging === undefined) throw new Error('the engine merges')
    return merging
  }

  /** Executes commands as one entry; null where they changed nothing. */
  write(now: number, ...lines: readonly (readonly string[])[]): Entry | null {
    return this.#write(now, lines).entry
  }

  /** The reply of the last command, too. */
  ask(now: number, ...lines: readonly (readonly string[])[]): Reply {
    return this.#write(now, lines).reply
  }

  evict(now: number, victims: readonly Victim[]): Entry | null {
    return this.#write(now, [], () => this.engine.eviction?.evict(victims)).entry
  }

  #write(
    now: number,
    lines: readonly (readonly string[])[],
    also: () => void = () => undefined,
  ): { readonly entry: Entry | null; readonly reply: Reply } {
    const stamp = this.clock.next(now + this.skewMs)
    this.engine.beginEntry(msOfStamp(stamp), stamp % 1_000_003, 7)
    this.merging.prepare(stamp)
    let reply: Reply = null
    for (const line of lines) reply = this.#run(line)
    also()
    const operations = this.merging.prepared().bytes()
    if (operations.length === 0) return { entry: null, reply }
    const entry = {
      seat: this.seat,
      previous: this.#last,
      stamp,
      context: Vector.copyOf(this.vector),
      operations,
    }
    this.#took(entry)
    return { entry, reply }
  }

  /** Forgets what is stable as soon as it may, or in the large only. */
  forget(isEager: boolean): void {
    if (this.merging instanceof Merging) this.merging.partsKept = isEager ? 0 : 64
  }

  /** An entry without operations. */
  beat(now: number): Entry {
    const entry = {
      seat: this.seat,
      previous: this.#last,
      stamp: this.clock.next(now + this.skewMs),
      context: Vector.copyOf(this.vector),
      operations: new Uint8Array(0),
    }
    this.#took(entry)
    return entry
  }

  #run(line: readonly string[]): Reply {
    const [db, ...rest] = (line[0] ?? '').startsWith('@') ? line : ['@0', ...line]
    let reply = this.engine.execute(Number((db ?? '').slice(1)), rest)
    while (reply === later) reply = this.engine.step(50)
    return reply
  }

  /** Merges an entry whose causes were merged; false where it was merged before. */
  merge(entry: Entry, holds?: (slot: number) => boolean): boolean {
    if (this.vector.covers(entry.stamp)) return false
    if (!this.vector.includes(entry.context)) throw new Error('a cause is missing')
    this.clock.see(entry.stamp)
    this.engine.beginEntry(msOfStamp(entry.stamp), 1, 2)
    const { stamp, context, operations } = entry
    const merged = { stamp, seen: context, ...(holds === undefined ? {} : { holds }) }
    if (!this.merging.merge(operations, merged)) throw new Error('malformed')
    this.#took(entry)
    return true
  }

  /** Begins anew from its log, or from a checkpoint of what it holds now. */
  restart(from: 'log' | 'checkpoint'): void {
    const before = this.engine
    this.engine = createEngine({ ...options, merges: true })
    if (from === 'checkpoint') {
      const storage = this.#storage
      checkpoint(before, storage, ++this.#checkpoints)
      const unstable = before.merging?.saveUnstable() ?? new Uint8Array(0)
      this.engine.load(storage.sorted())
      const fault = this.engine.loadFinish(storage.manifest ?? new Uint8Array(0))
      if (fault !== null) throw new Error(fault)
      if (!this.merging.loadUnstable(unstable)) throw new Error('what is unstable is malformed')
      return
    }
    this.#storage = new Storage()
    for (const { stamp, context, operations } of this.log) {
      this.engine.beginEntry(msOfStamp(stamp), 1, 2)
      this.merging.merge(operations, { stamp, seen: context })
    }
  }

  /** Takes slots of another one as they are there; `isPart`: entries of other slots are still to come. */
  takeSlots(
    other: Replica,
    slots: readonly number[],
    { lost = [] as readonly Replica[], isPart = false } = {},
  ): void {
    const [mine, theirs] = [this.vector, other.vector]
    const sides = {
      mine,
      theirs,
      mineLacksAbove: lost.includes(this) ? mine.lacksAbove(theirs) : Infinity,
      theirsLacksAbove: lost.includes(other) ? theirs.lacksAbove(mine) : Infinity,
    }
    for (const slot of slots) {
      const exported = other.merging.exportSlot(slot)
      if (!this.merging.mergeSlot(exported, { slot, ...sides })) throw new Error('malformed')
    }
    if (!isPart) this.vector.join(other.vector)
    this.clock.see(other.clock.last)
    // The log alone does not tell any more what is here.
    this.isWhole = false
  }

  canMerge(entry: Entry): boolean {
    return this.vector.includes(entry.context)
  }

  #took(entry: Entry): void {
    if (entry.seat === this.seat) this.#last = entry.stamp
    this.vector.add({ seat: entry.seat, after: entry.previous, upTo: entry.stamp })
    this.log.push(entry)
  }

  digest(slots: readonly number[]): string {
    return slots
      .map((slot) => {
        const { high, low } = this.merging.slotDigest(slot)
        // What was kept of a slot that did not change.
        const fresh = (this.merging as Merging).freshDigest(slot)
        if (fresh.high !== high || fresh.low !== low) throw new Error(`slot ${slot}: an old digest`)
        return `${high}:${low}`
      })
      .join(' ')
  }
}

/** Slots of keys, each once. */
export function slotsOf(keys: readonly string[]): readonly number[] {
  return [...new Set(keys.map(keySlot))]
}

/** What clients see of keys, for the message of a failed test. */
export function show(replica: Replica, keys: readonly string[]): string {
  const wall = replica.engine.clock
  const read = (...line: readonly string[]): unknown => replica.engine.read(0, line, wall)
  return keys
    .map((key) => {
      const type = (read('type', key) as { readonly text: string }).text
      const ttl = read('pexpiretime', key)
      const value =
        type === 'string'
          ? read('get', key)
          : type === 'hash'
            ? read('hgetall', key)
            : type === 'set'
              ? read('smembers', key)
              : type === 'zset'
                ? read('zrange', key, '0', '-1', 'withscores')
                : type === 'list'
                  ? read('lrange', key, '0', '-1')
                  : type === 'stream'
                    ? [read('xrange', key, '-', '+'), read('xinfo|stream', 'stream', key, 'full')]
                    : null
      return `${key} ${type} ${ttl} ${JSON.stringify(value)}`
    })
    .filter((line) => !line.includes(' none '))
    .join('\n')
}

/** Replicas that write at the same time. */
export class Cluster {
  readonly replicas: readonly Replica[]
  /** Made and not yet taken by all, oldest first. */
  readonly #flying: Entry[] = []
  /** By replica and member: what the member was last known to have merged. */
  readonly #known: Vector[][]

  constructor(count: number) {
    this.replicas = Array.from({ length: count }, (_, seat) => new Replica(seat))
    this.#known = this.replicas.map(() => this.replicas.map(() => new Vector()))
  }

  replica(index: number): Replica {
    return this.replicas[index] as Replica
  }

  write(index: number, now: number, ...lines: readonly (readonly string[])[]): Entry | null {
    const entry = this.replica(index).write(now, ...lines)
    if (entry !== null) this.#flying.push(entry)
    return entry
  }

  /** As `write`; the reply of the last command. */
  ask(index: number, now: number, ...lines: readonly (readonly string[])[]): Reply {
    const replica = this.replica(index)
    const reply = replica.ask(now, ...lines)
    const entry = replica.log[replica.log.length - 1]
    if (entry !== undefined && !this.#flying.includes(entry)) this.#flying.push(entry)
    return reply
  }

  /** A member removes keys for want of memory. */
  evict(index: number, now: number, victims: readonly Victim[]): void {
    const entry = this.replica(index).evict(now, victims)
    if (entry !== null) this.#flying.push(entry)
  }

  /** Entries that a replica could merge now. */
  ready(index: number): readonly Entry[] {
    const replica = this.replica(index)
    return this.#flying.filter(
      (entry) => !replica.vector.covers(entry.stamp) && replica.canMerge(entry),
    )
  }

  merge(index: number, entry: Entry): void {
    if (!this.replica(index).merge(entry)) return
    const known = (this.#known[index] as Vector[])[entry.seat] as Vector
    known.join(entry.context)
    known.add({ seat: entry.seat, after: entry.previous, upTo: entry.stamp })
  }

  /** Up to which stamp all is stable, as far as a replica knows. */
  frontier(index: number): number {
    const { vector } = this.replica(index)
    let least = Number.POSITIVE_INFINITY
    this.replicas.forEach((_, member) => {
      const known = member === index ? vector : ((this.#known[index] as Vector[])[member] as Vector)
      for (let seat = 0; seat < this.replicas.length; seat++) {
        least = Math.min(least, known.lastOf(seat))
      }
    })
    return least
  }

  exchange(index: number, other: number, slot: number): void {
    this.replica(index).takeSlots(this.replica(other), [slot])
    const known = this.#known[index] as Vector[]
    ;(known[other] as Vector).join(this.replica(other).vector)
  }

  settle(index: number): void {
    this.replica(index).merging.stable(this.frontier(index))
  }

  /** Delivers all that flies; `beats` more rounds in which every member says what it has merged. */
  heal(now: number, beats = 0): void {
    for (let isMoving = true; isMoving; ) {
      isMoving = false
      this.replicas.forEach((replica, index) => {
        for (const entry of this.ready(index)) {
          if (!replica.canMerge(entry)) continue
          this.merge(index, entry)
          isMoving = true
        }
        if (replica.merging.owes) {
          this.write(index, now)
          isMoving = true
        }
      })
    }
    this.#flying.length = 0
    for (let beat = 0; beat < beats; beat++) {
      this.replicas.forEach((replica, index) => {
        const entry = replica.beat(now)
        this.replicas.forEach((_, other) => {
          if (other !== index) this.merge(other, entry)
        })
      })
      this.replicas.forEach((_, index) => this.settle(index))
    }
  }

  /** A member says what it has merged. */
  beat(index: number, now: number): void {
    this.#flying.push(this.replica(index).beat(now))
  }
}
