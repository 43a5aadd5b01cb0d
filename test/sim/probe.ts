// A strategy plugin around another one that tells the oracle all that passes through the plugin
// interface, and changes nothing. The core under test loads it by the same name.

import type { Payload } from '../../src/api/entry.js'
import type { MemberId, Now, Token } from '../../src/api/ids.js'
import type { Position } from '../../src/api/position.js'
import type {
  Members,
  ReadLevel,
  Ready,
  Refusal,
  StoreBatch,
  Strategy,
  StrategyInit,
  StrategyPlugin,
  StrategyStatus,
} from '../../src/api/strategy.js'
import { type Hash64, hashBytes } from '../../src/base/hash.js'
import type { LogEntry } from '../../src/api/entry.js'
import { delegate } from '../conformance/delegate.js'
import type { Judge } from './judge.js'
import type { GroupOracle } from './oracle.js'
import { type HardFacts, type Mark, markAt } from './seat.js'
import type { Eyes, Watch } from './watch.js'

interface Flight {
  readonly batch: number
  readonly from: number
  readonly marks: readonly Mark[]
  readonly reset: Position | null
  /** Term and vote, where they are in it. */
  readonly state: HardFacts | null
}

export interface ProbeOptions {
  readonly judge: Judge
  /** Finds the history of a group. */
  readonly oracle: (group: number) => GroupOracle
  readonly eyes: (group: number) => Eyes | null
  /** How many of the members, the last ones, are learners. */
  readonly learners: number
}

export function probed(plugin: StrategyPlugin, options: ProbeOptions): StrategyPlugin {
  return {
    ...plugin,
    create: (init) => {
      const probe = new Probe(
        plugin,
        { ...init, members: membersFor(init, options) },
        {
          judge: options.judge,
          oracle: options.oracle(init.group),
          eyes: options.eyes(init.group),
        },
      )
      return delegate(probe.inner, probe)
    },
  }
}

function membersFor(init: StrategyInit, { oracle, learners }: ProbeOptions): Members {
  const { members } = oracle(init.group)
  if (members === null) return withLearners(init.members, learners)
  return members.listAt(init.base, init.members, `member ${init.self}`)
}

function withLearners({ voters, learners }: Members, count: number): Members {
  const keep = voters.length - count
  return { voters: voters.slice(0, keep), learners: [...learners, ...voters.slice(keep)] }
}

function markOf(entry: LogEntry): Mark {
  return { term: entry.term, hash: hashOf(entry.payload) }
}

function hashOf(payload: Payload): number {
  const hash = hashBytes(payload.bytes())
  return hash.high ^ hash.low
}

class Probe implements Partial<Strategy> {
  readonly inner: Strategy
  readonly #self: MemberId
  readonly #judge: Judge
  readonly #oracle: GroupOracle
  #flights: Flight[] = []
  readonly #reads = new Map<Token, ReturnType<GroupOracle['readFloor']>>()
  readonly #watch: Watch | null
  readonly #eyes: Eyes | null
  readonly #isAlone: boolean

  constructor(
    plugin: StrategyPlugin,
    init: StrategyInit,
    options: { judge: Judge; oracle: GroupOracle; eyes: Eyes | null },
  ) {
    this.#self = init.self
    this.#judge = options.judge
    this.#oracle = options.oracle
    this.#isAlone = init.members.voters.length === 1
    const log = { base: init.base, marks: init.entries.map(markOf) }
    const { eyes } = options
    this.#eyes = eyes
    const state = eyes === null ? null : eyes.facts(init.state)
    this.#oracle.started(init.self, log, { recovering: init.recovering, state })
    this.#watch = eyes === null ? null : eyes.watch(init)
    this.inner = plugin.create(init)
    this.#oracle.members?.began(init.self, this.inner)
  }

  step(from: MemberId, message: Uint8Array, now: Now): void {
    const watch = this.#watch
    if (watch === null || !watch.concerns(message)) {
      this.inner.step(from, message, now)
      return
    }
    const before = this.inner.status().term
    this.inner.step(from, message, now)
    watch.stepped(from, message, { now, before, after: this.inner.status().term })
  }

  propose(token: Token, payload: Payload, now: Now): Refusal | null {
    const refusal = this.inner.propose(token, payload, now)
    if (refusal === null) this.#watch?.proposed(() => this.inner.status())
    return refusal
  }

  checkpointed(position: Position): void {
    this.#oracle.checkpointed(this.#self, position)
    this.inner.checkpointed(position)
  }

  readIndex(token: Token, level: ReadLevel): Refusal | null {
    const refusal = this.inner.readIndex(token, level)
    if (refusal === null && level === 'linearizable')
      this.#reads.set(token, this.#oracle.readFloor(this.#self))
    return refusal
  }

  persisted(batch: number): void {
    const done = this.#flights.filter((flight) => flight.batch <= batch)
    this.#flights = this.#flights.filter((flight) => flight.batch > batch)
    for (const flight of done) {
      if (flight.reset !== null) this.#oracle.reset(this.#self, flight.reset, true)
      if (flight.marks.length > 0) this.#oracle.durable(this.#self, flight.from, flight.marks)
      if (flight.state !== null) this.#oracle.durableState(this.#self, flight.state)
    }
    this.inner.persisted(batch)
  }

  peerDown(peer: MemberId): void {
    this.#watch?.peerDown(peer)
    this.inner.peerDown(peer)
  }

  snapshotInstalled(at: Position, chain: Hash64, members: Members): void {
    this.#oracle.installed(this.#self, at)
    const { members: changing } = this.#oracle
    const who = `member ${this.#self} behind a snapshot`
    const list = changing === null ? members : changing.listAt(at, members, who)
    this.inner.snapshotInstalled(at, chain, list)
  }

  snapshotSent(peer: MemberId, ok: boolean, at: Position): void {
    this.#judge.mark(ok ? 'snapshots-sent' : 'snapshots-failed')
    this.inner.snapshotSent(peer, ok, at)
  }

  ready(): Ready | null {
    const ready = this.inner.ready()
    if (ready === null) return null
    const status = this.inner.status()
    // Who founded an era within this turn may have been deposed within it, too.
    const founds = ready.trace.some(
      ({ event, fields }) => event.endsWith('.era-begun') && fields['era'] === status.era,
    )
    const chainAt = (index: number): Hash64 | null => this.#chainAt(index)
    this.#oracle.look(this.#self, founds ? { ...status, role: 'leader' } : status, chainAt)
    this.#oracle.members?.told(this.#self, status, founds)
    if (ready.write !== null) this.#write(ready.batch, ready.write, status)
    for (const { at, payload } of ready.delivered) {
      const chain = this.#chainAt(at.index)
      this.#oracle.members?.executed(at, { payload }, status.era)
      this.#oracle.delivered(this.#self, at, { term: at.term, hash: hashOf(payload), chain })
    }
    for (const grant of ready.grants) {
      const floor = this.#reads.get(grant.token)
      this.#reads.delete(grant.token)
      this.#judge.mark('read-grants')
      this.#judge.hold(
        floor === undefined || floor.era !== status.era || grant.at.index >= floor.index,
        'read-index',
        () =>
          `member ${this.#self}: a read is granted at ${grant.at.index}, ${floor?.index ?? 0} was committed at its call`,
      )
    }
    this.#watch?.drained(ready)
    this.#watch?.told(status)
    for (const { definite } of ready.dropped)
      this.#judge.mark(definite ? 'dropped-definite' : 'dropped-unknown')
    this.#oracle.status(this.#self, status)
    return ready
  }

  /** Only a group of one may leave its chain undone, and it begins no era. */
  #chainAt(index: number): Hash64 | null {
    return this.#isAlone ? null : this.inner.chainAt(index)
  }

  #write(batch: number, write: StoreBatch, status: StrategyStatus): void {
    const marks = write.entries.map(markOf)
    const from = write.entries[0]?.index ?? 0
    const reset = write.reset === null ? null : write.reset.at
    const { memory } = this.#oracle.seat(this.#self)
    const termAt = (index: number): number | undefined => markAt(memory, index)?.term
    this.#oracle.members?.written(write.entries, { status, termAt })
    if (reset !== null) this.#oracle.reset(this.#self, reset, false)
    if (marks.length > 0) {
      this.#oracle.written(this.#self, from, marks)
      this.#watch?.written(from, marks)
    }
    if (write.cutTo !== null) this.#oracle.cut(this.#self, write.cutTo)
    const state = this.#eyes === null || write.state === null ? null : this.#eyes.facts(write.state)
    if (state !== null) this.#watch?.kept(state)
    this.#flights.push({ batch, from, marks, reset, state })
  }
}
