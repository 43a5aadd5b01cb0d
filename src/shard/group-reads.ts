// All reads outside the log of a group: those of the keyspace's level, and those of connections that asked
// for another one (QUORATE CONSISTENCY). Neither waits for the other.

import type { GroupCall, Lane } from '../api/group.js'
import type { Now, Token } from '../api/ids.js'
import type { ErrorReply } from '../api/reply.js'
import type { ReadLevel } from '../api/strategy.js'
import { readLevelOf, Reads, type ReadRound, type RefuseRead } from './reads.js'
import type { ShardInit } from './shard-init.js'

export function groupReadsOf({ config, keyspace }: ShardInit): GroupReads {
  return new GroupReads(config.requestMs, readLevelOf(keyspace.level))
}

export class GroupReads {
  /** At the level of the keyspace. */
  readonly own: Reads
  /** At the other one: made for the first that asks. */
  #other: Reads | null = null
  readonly #requestMs: number

  constructor(requestMs: number, level: ReadLevel = 'linearizable') {
    this.#requestMs = requestMs
    this.own = new Reads(requestMs, level)
  }

  add(lane: Lane, call: GroupCall, now: Now): void {
    const { level } = call
    if (level === undefined || this.#isOwn(level)) this.own.add(lane, call, now)
    else {
      this.#other ??= new Reads(this.#requestMs, level)
      this.#other.add(lane, call, now)
    }
  }

  /** What shows as much as the keyspace does waits for no other round. */
  #isOwn(level: ReadLevel): boolean {
    if (level === 'causal') return this.own.level === 'causal'
    return (level !== 'linearizable') === this.own.isLocal
  }

  get pending(): number {
    return this.own.pending + (this.#other?.pending ?? 0)
  }

  get overtakes(): boolean {
    return this.own.overtakes
  }

  /** The queue whose rounds another member may serve. */
  get linearizable(): Reads | null {
    if (!this.own.isLocal) return this.own
    return this.#other?.isLocal === false ? this.#other : null
  }

  /** Where all are served elsewhere. */
  takeAll(): ReadRound[] {
    return [...this.own.takeAll(), ...(this.#other?.takeAll() ?? [])]
  }

  mayAsk(now: Now): boolean {
    return this.own.mayAsk(now) || this.#other?.mayAsk(now) === true
  }

  flush(now: Now, ask: (level: ReadLevel) => Token | null): void {
    this.own.flush(now, ask)
    this.#other?.flush(now, ask)
  }

  granted(token: Token, index: number): void {
    this.own.granted(token, index)
    this.#other?.granted(token, index)
  }

  dropped(token: Token): boolean {
    return this.own.dropped(token) || this.#other?.dropped(token) === true
  }

  retryAll(): void {
    this.own.retryAll()
    this.#other?.retryAll()
  }

  /** A round that may be executed at `applied`, the one that has begun before others; else null. */
  due(applied: number): ReadRound | null {
    const own = this.own.due(applied)
    if (this.#other === null || own?.isBegun === true) return own
    const other = this.#other.due(applied)
    return other?.isBegun === true ? other : (own ?? other)
  }

  expire(now: Now, refuse: RefuseRead, why: () => ErrorReply): void {
    this.own.expire(now, refuse, why)
    this.#other?.expire(now, refuse, why)
  }

  wakeAt(): number {
    return Math.min(this.own.wakeAt(), this.#other?.wakeAt() ?? Number.MAX_SAFE_INTEGER)
  }

  get counters(): Readonly<Record<string, number>> {
    const [own, other] = [this.own.counters, this.#other?.counters]
    return {
      read_rounds: own.rounds + (other?.rounds ?? 0),
      read_retries: own.retries + (other?.retries ?? 0),
      reads_refused: own.refused + (other?.refused ?? 0),
    }
  }
}
