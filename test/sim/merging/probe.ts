// An eventual strategy with a plugin around it that tells the oracle what passes through the plugin interface,
// and changes nothing: what is executed and in what order, what reaches the disk, and what leaves.

import { Floor } from '../../../plugins/eventual/floor.js'
import { decodeEntry } from '../../../plugins/eventual/entry.js'
import { decodeMessage } from '../../../plugins/eventual/messages.js'
import { Overlays } from '../../../plugins/eventual/overlays.js'
import { decodeSlotEntry } from '../../../plugins/eventual/slot-entry.js'
import { decodeMark } from '../../../plugins/eventual/mark.js'
import type { LogEntry, Payload } from '../../../src/api/entry.js'
import type { MemberId, Now, Token } from '../../../src/api/ids.js'
import type { SeenStamps } from '../../../src/api/seen.js'
import type { Position } from '../../../src/api/position.js'
import type {
  Delivery,
  Members,
  MergeView,
  ReadLevel,
  Ready,
  Refusal,
  Strategy,
  StrategyInit,
  StrategyPlugin,
} from '../../../src/api/strategy.js'
import type { Hash64 } from '../../../src/base/hash.js'
import { slotCount } from '../../../src/base/keyslot.js'
import { Vector } from '../../../src/log/vector.js'
import { delegate } from '../../conformance/delegate.js'
import type { Judge } from '../judge.js'
import { Held } from './held.js'
import { type ListWatch, membersOf } from './members.js'
import type { MergingOracle } from './oracle.js'
import { Refilled } from './refilled.js'
import type { Cause, Visible } from './visible.js'

type Made = (keys: readonly string[], ops: Uint8Array, isLost: () => boolean) => void

export interface MergingProbeOptions {
  readonly judge: Judge
  readonly oracle: (group: number) => MergingOracle
  /** Where a keyspace has several groups that hang on each other. */
  readonly visible: (group: number) => Visible | null
  /** Told of each entry that is made, once: `keys` of the load that it changed. */
  readonly made: Made
  /** Told of each start: the member's view of its data. */
  readonly started: (group: number, member: MemberId, view: MergeView | undefined) => void
  /** Where members change. */
  readonly lists: ListWatch | null
}

export function probedMerging(
  plugin: StrategyPlugin,
  options: MergingProbeOptions,
): StrategyPlugin {
  return {
    ...plugin,
    create: (given) => {
      const { lists } = options
      const init = lists?.initOf(given) ?? given
      options.started(init.group, init.self, init.view)
      const { judge } = options
      const oracle = options.oracle(init.group)
      const probe = new MergingProbe(plugin, init, {
        judge,
        oracle,
        visible: options.visible(init.group),
        made: options.made,
      })
      const strategy = delegate(probe.inner, probe)
      lists?.began(init, strategy)
      return strategy
    },
  }
}

interface Flight {
  readonly batch: number
  /** Index of the last entry in it. */
  readonly last: number
}

interface Watched {
  readonly judge: Judge
  readonly oracle: MergingOracle
  readonly visible: Visible | null
  readonly made: Made
}

class MergingProbe implements Partial<Strategy> {
  readonly inner: Strategy
  readonly #self: MemberId
  readonly #judge: Judge
  readonly #oracle: MergingOracle
  readonly #visible: Visible | null
  readonly #made: Made
  /** Of own proposals that are not executed. */
  readonly #causes = new Map<Token, readonly Cause[]>()
  /** Tokens that this member was behind. */
  readonly #behind = new WeakSet<SeenStamps>()
  readonly #durability: StrategyInit['durability']
  /** Handed out, not executed yet. */
  #queue: Delivery[] = []
  #flights: Flight[] = []
  /** Entries by their index in the member's log, from behind what is on its disk on. */
  readonly #numbers = new Map<number, readonly number[]>()
  /** Those of its own, of this run: its disk knows with the first one that it recovered. */
  readonly #own = new Set<number>()
  #persisted: number
  /** Own entries that are not answered. */
  readonly #unsettled = new Map<Token, number>()
  /** Entries up to here were on the disk when it began. */
  readonly #replayTo: number
  readonly #refilled: Refilled
  #wall = 0
  /** Milliseconds at which it goes on with what it has. */
  readonly #lateAt: number

  constructor(
    plugin: StrategyPlugin,
    init: StrategyInit,
    { judge, oracle, visible, made }: Watched,
  ) {
    this.#made = made
    this.#visible = visible
    this.#self = init.self
    this.#judge = judge
    this.#oracle = oracle
    this.#durability = init.durability
    this.#lateAt = init.now.mono + init.recoverWaitMs
    this.#refilled = new Refilled(judge, oracle, init.self)
    this.#replayTo = init.base.index + init.entries.length
    this.#persisted = this.#replayTo
    const held = oracle.entries.markOf(init.mark)
    const logged = new Held()
    for (const { payload } of init.entries) this.#read(payload.bytes(), logged)
    oracle.started(init.self, { held, logged, recovering: init.recovering !== null })
    visible?.showsAll(oracle, init.self)
    this.inner = plugin.create(init)
    oracle.seat(init.self).follows = membersOf(this.inner)
  }

  /** An entry that the disk held. */
  #read(bytes: Uint8Array, logged: Held): void {
    const entry = bytes.length === 0 ? null : decodeEntry(bytes)
    if (entry !== null) {
      const known = this.#oracle.entries.of(entry.stamp)
      if (known !== undefined) logged.add(known.number)
      return
    }
    const slot = bytes.length === 0 ? null : decodeSlotEntry(bytes)
    if (slot === null || slot.slot !== slotCount) return
    logged.addAll(this.#oracle.coveredBy(slot.theirs))
  }

  tick(now: Now): void {
    this.#note(now)
    this.inner.tick(now)
  }

  step(from: MemberId, message: Uint8Array, now: Now): void {
    this.#note(now)
    this.#hear(from, message)
    this.inner.step(from, message, now)
  }

  propose(token: Token, payload: Payload, now: Now): Refusal | null {
    this.#note(now)
    const refusal = this.inner.propose(token, payload, now)
    if (refusal === null) this.#refilled.hasTaken = true
    if (refusal !== null || this.#visible === null) return refusal
    this.#causes.set(token, this.#visible.seen(this.#oracle, this.#self))
    this.#visible.served(this.#self)
    return null
  }

  readIndex(token: Token, level: ReadLevel): Refusal | null {
    const refusal = this.inner.readIndex(token, level)
    if (refusal === null) this.#visible?.served(this.#self)
    return refusal
  }

  covers(mark: SeenStamps): boolean {
    const isCovered = this.inner.covers?.(mark) === true
    if (!isCovered) this.#behind.add(mark)
    else if (this.#behind.delete(mark)) this.#judge.mark('tokens-awaited')
    return isCovered
  }

  changed(token: Token, changes: Payload | null): void {
    const ops = changes === null ? null : changes.bytes()
    const at = this.#queue.findIndex((each) => each.token === token)
    for (const delivery of this.#queue.splice(0, at)) this.#execute(delivery)
    const [own] = this.#queue.splice(0, 1)
    if (own?.merge !== undefined && ops !== null) {
      const { stamp, seen } = own.merge
      const seat = this.#oracle.seat(this.#self)
      const shown = seat.isAhead ? this.#shownAhead() : null
      seat.isAhead = shown !== null
      const number = this.#oracle.made(this.#self, { stamp, seen: seen as Vector, ops, shown })
      this.#made(this.#oracle.entries.at(number).keys, ops, () => this.#oracle.isGone(number))
      this.#visible?.made(this.#oracle, number, this.#causes.get(token) ?? [])
      this.#numbers.set(own.at.index, [number])
      this.#own.add(own.at.index)
      this.#unsettled.set(token, number)
    }
    this.#causes.delete(token)
    this.inner.changed?.(token, changes)
  }

  checkpointed(position: Position): void {
    this.#judge.mark('checkpoints')
    this.inner.checkpointed(position)
  }

  persisted(batch: number): void {
    for (const flight of this.#flights.filter((each) => each.batch <= batch)) {
      for (let index = this.#persisted + 1; index <= flight.last; index++) {
        const isOwn = this.#own.has(index)
        this.#oracle.persisted(this.#self, this.#numbers.get(index) ?? [], isOwn)
      }
      this.#persisted = Math.max(this.#persisted, flight.last)
    }
    this.#flights = this.#flights.filter((each) => each.batch > batch)
    this.inner.persisted(batch)
  }

  applied(position: Position): void {
    let count = 0
    while ((this.#queue[count]?.at.index ?? Infinity) <= position.index) count++
    for (; count > 0; count--) this.#execute(this.#queue.shift() as Delivery)
    this.inner.applied(position)
    const seat = this.#oracle.seat(this.#self)
    if (seat.isAhead) seat.isAhead = this.#shownAhead() !== null
    if (seat.isAhead) seat.aheadSteps++
  }

  fetched(entries: readonly LogEntry[]): void {
    this.#judge.mark('fetched')
    this.inner.fetched(entries)
  }

  snapshotInstalled(at: Position, chain: Hash64, members: Members, mark?: Uint8Array): void {
    this.#queue = []
    this.#oracle.seat(this.#self).isJoining = false
    this.#oracle.installed(this.#self, mark ?? new Uint8Array(0))
    this.#visible?.showsAll(this.#oracle, this.#self)
    this.#numbers.clear()
    this.#numbers.set(at.index, this.#oracle.seat(this.#self).held.lackedBy(new Held()))
    this.#persisted = at.index - 1
    this.#flights = []
    this.inner.snapshotInstalled(at, chain, members, mark)
  }

  snapshotSent(peer: MemberId, ok: boolean, at: Position): void {
    this.#judge.mark(ok ? 'snapshots-sent' : 'snapshots-failed')
    this.inner.snapshotSent(peer, ok, at)
  }

  ready(): Ready | null {
    const ready = this.inner.ready()
    if (ready === null) return null
    const self = this.#self
    const seat = this.#oracle.seat(self)
    seat.follows = membersOf(this.inner)
    this.#refilled.follows(seat.follows)
    // Who is on no list has nothing, and becomes a member as one that lost it.
    const isRecovering = this.inner.status().recovering !== null || !seat.follows.includes(self)
    if (seat.recovering && !isRecovering) seat.isAlone = this.#refilled.isAlone
    seat.recovering = isRecovering
    this.#queue.push(...ready.delivered)
    seat.isJoining ||= ready.delivered.some(isJoin)
    for (const { at, merge } of ready.delivered) {
      if (merge === undefined || merge.ops === null) continue
      // It may be on the disk before it is executed.
      const number = this.#oracle.handed(self, merge.stamp)
      if (number >= 0) this.#numbers.set(at.index, [number])
    }
    if (this.#refilled.hasTaken) this.#refilled.takes(this.#queue, isJoin)
    const { write } = ready
    if (write !== null) {
      const last = write.entries.at(-1)?.index ?? write.reset?.at.index ?? 0
      this.#flights.push({ batch: ready.batch, last })
      if (write.cutTo !== null) this.#judge.mark('log-cuts')
    }
    for (const token of ready.settled ?? []) {
      const number = this.#unsettled.get(token)
      this.#unsettled.delete(token)
      if (number !== undefined) this.#oracle.released(self, number, 'answers')
    }
    for (const { definite } of ready.dropped)
      this.#judge.mark(definite ? 'dropped-definite' : 'dropped-unknown')
    for (const { message } of ready.sendNow) this.#sent(message)
    if (ready.stable != null) this.#oracle.stable(self, ready.stable)
    return ready
  }

  mark(): Uint8Array {
    const bytes = this.inner.mark?.() ?? new Uint8Array(0)
    if (bytes.length > 0) this.#oracle.marked(this.#self, bytes, decodeMark(bytes, unmarked()))
    return bytes
  }

  #hear(from: MemberId, message: Uint8Array): void {
    if (!this.#oracle.seat(this.#self).recovering) return
    const decoded = decodeMessage(message)
    if (decoded?.kind !== 'vector' || this.inner.status().recovering === null) return
    this.#refilled.heard(from, decoded)
  }

  #note({ wall, mono }: Now): void {
    this.#wall = wall
    this.#oracle.seat(this.#self).isLate = mono >= this.#lateAt
    this.#oracle.clock(wall)
  }

  /** A message leaves: nothing is told that a crash takes back. */
  #sent(message: Uint8Array): void {
    const decoded = decodeMessage(message)
    // What ends a repair counts from where it is handed out.
    if (decoded?.kind === 'vector' && !this.#queue.some(isJoin))
      this.#oracle.told(this.#self, decoded.vector)
    if (decoded?.kind !== 'entries') return
    for (const bytes of decoded.entries) {
      const entry = decodeEntry(bytes)
      const known = entry === null ? undefined : this.#oracle.entries.of(entry.stamp)
      if (known?.maker === this.#self) this.#oracle.released(this.#self, known.number, 'sends')
    }
  }

  /** What slots show in all, null where none shows more than is held. */
  #shownAhead(): Vector | null {
    const overlays = new Overlays()
    const mark = this.inner.mark?.() ?? new Uint8Array(0)
    const vector = decodeMark(mark, { ...unmarked(), overlays })
    overlays.prune(vector)
    const { vector: first, to } = overlays.reach(0, vector)
    if (to === slotCount && first.equals(vector)) return null
    overlays.joinTo(vector)
    const { muddle } = this.#oracle
    muddle.shownAhead(this.#oracle.coveredBy(vector).lackedBy(this.#oracle.seat(this.#self).held))
    return vector
  }

  /** A repair is at its end: what the other member held is held here. */
  #join(at: Position): void {
    this.inner.applied(at)
    const mark = this.inner.mark?.() ?? new Uint8Array(0)
    const read = unmarked()
    const vector = decodeMark(mark, read)
    const found = this.#oracle.repaired(this.#self, vector, read.lost)
    this.#oracle.seat(this.#self).isJoining = this.#queue.some(isJoin)
    this.#refilled.joined(vector)
    this.#visible?.showsAll(this.#oracle, this.#self)
    const numbers = found.lackedBy(new Held())
    this.#numbers.set(at.index, numbers)
    // Its log may be ahead of the engine.
    if (at.index <= this.#persisted) this.#oracle.persisted(this.#self, numbers, false)
  }

  /** The engine has it now. */
  #execute(delivery: Delivery): void {
    const { at, merge, slot } = delivery
    const { index } = at
    if (isJoin(delivery)) return this.#join(at)
    if (slot !== undefined) {
      this.#judge.mark('slots-merged')
      this.#oracle.seat(this.#self).isAhead = true
    }
    if (merge === undefined || merge.ops === null) return
    const { stamp, ops } = merge
    const entry = decodeEntry(delivery.payload.bytes())
    const isForeign = index > this.#replayTo
    const number = this.#oracle.merged(this.#self, {
      stamp,
      seen: merge.seen as Vector,
      ops,
      isPartlyHeld: merge.holds !== undefined,
      wall: isForeign && entry !== null ? this.#wall : null,
    })
    if (number < 0) return
    this.#numbers.set(index, [number])
    this.#visible?.shows(this.#oracle, this.#self, number)
  }
}

/** What a mark is read into. */
function unmarked() {
  return {
    overlays: new Overlays(),
    lost: new Vector(),
    sure: new Vector(),
    hangs: new Vector(),
    floor: new Floor(),
  }
}

/** The note that ends a repair. */
function isJoin({ merge, slot, token }: Delivery): boolean {
  return merge === undefined && slot === undefined && token === null
}
