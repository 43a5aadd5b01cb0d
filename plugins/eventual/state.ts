// The state of one member: its log, its clock, what it holds, and what it knows of the others. The role
// files move it; each entry comes in through `append`, so that log, ledger and vectors agree.

import {
  assert,
  type Durability,
  type GroupId,
  type Hash64,
  hasBug,
  type LogRange,
  type MemberId,
  type MemberList,
  type MergeView,
  type Payload,
  type Position,
  type Random,
  type RecoveryCause,
  StampClock,
  type StrategyInit,
  Tail,
  tailShare,
  type Token,
  Vector,
} from 'quorate/plugin'
import { makeCounters } from './counters.js'
import { decodeHardState, type HardState, worseOf } from './hard-state.js'
import { addNote, isOfEntry, Ledger, type Note, seeFloor } from './ledger.js'
import type { EventualOptions } from './options.js'
import { Gate, keyspaceOf } from './gate.js'
import { firstVersion, isAdded, isLater, isOn, listOf, type Version } from './list.js'
import { Floor } from './floor.js'
import { localTerm } from './note.js'
import { EventualOutbox } from './outbox.js'
import { Overlays } from './overlays.js'
import { type Pace, paceOf } from './pace.js'
import { makePeer, type Peer } from './peer.js'
import type { Repair } from './repair.js'
import { restoreLog } from './restoring.js'
import type { Early } from './receiving.js'
import { decodeMark } from './mark.js'

/** A time that is past on every monotonic clock, in milliseconds. */
export const never = -1e15

/** An own entry that was handed out for execution. */
export interface Preparing {
  readonly token: Token
  readonly index: number
  readonly stamp: number
  /** What it has seen; gets the own entries before it when they are done. */
  readonly seen: Vector
  readonly needs: Vector | null
}

/** A write that is not on disk yet. */
interface Written {
  readonly batch: number
  index: number
  readonly reserved: number
  readonly list: Version
}

export class EventualState {
  readonly self: MemberId
  readonly group: GroupId
  readonly options: EventualOptions
  readonly durability: Durability
  /** Who the members are: the latest list that it was told, and which of them a crash leaves. */
  list: MemberList
  listOnDisk: Version
  readonly seat: number
  readonly random: Random
  /** Another number for each run. */
  readonly life: number
  readonly clock: StampClock
  readonly tail: Tail
  readonly ledger: Ledger
  readonly out: EventualOutbox
  /** The log reached as far as the checkpoint did when this run began. */
  readonly hasLog: boolean
  /** Where groups of a causal keyspace wait for each other, else null. */
  readonly gate: Gate | null
  /** Where a keyspace has several groups, else null. */
  readonly pace: Pace | null
  /** All other members, as long as it is one itself. */
  readonly peers = new Map<MemberId, Peer>()
  /** The list of which nothing is open any more: all hold the same of those who are gone. */
  closedFor: MemberList | null = null
  /** Seats of members that were removed in this run, and the last entry that each of them told of. */
  readonly goneAt = new Map<number, number>()
  /** Who there is a link to, member or not. */
  readonly linked = new Set<MemberId>()
  readonly counters = makeCounters()
  mono = 0
  wall = 0
  hard: HardState
  isHardDirty = false
  /** Everything handed out for execution; own entries once they are prepared. */
  vector: Vector
  /** What is on disk as far as it has to be: told to others. */
  readonly durable: Vector
  /** At the applied index: kept by checkpoints. */
  readonly appliedVector: Vector
  /** The last own entry, and the stamp behind which the range begins that it ends. */
  ownLast: number
  ownStart: number
  /** This run made an entry; and its first one goes on where the last run ended. */
  hasOwn = false
  isContinuing: boolean
  /** Others may hold entries of earlier incarnations of this member that it lost. */
  isGapOpen: boolean
  /** No stamp up to here is made again after a crash. */
  reservedOnDisk: number
  /** Index of the last entry that was handed out. */
  delivered: number
  applied: number
  /** Entries up to here are part of a write, and on disk. */
  saved: number
  persisted: number
  readonly preparing: Preparing[] = []
  /** Entries that came behind one that is being prepared, in order from `preparing[0].index` on; null for that one. */
  readonly behind: ({ readonly payload: Payload; readonly note: Note } | null)[] = []
  /** Own entries that are not answered yet. */
  unsettled: { readonly token: Token; readonly index: number }[] = []
  unsavedBytes = 0
  /** Bytes of others' entries that were handed out and are not applied. */
  backlogBytes = 0
  /** Bytes of the entries in the log. */
  logBytes = 0
  /** Up to where the last finished checkpoint allows to cut. */
  checkpointed = 0
  batch = 0
  readonly writes: Written[] = []
  /** Covered, and without an entry: what was in there is lost. */
  readonly lost = new Vector()
  /** Of that, where nothing was ever. */
  readonly sure = new Vector()
  /** What it took of another member, or found on its disk, may hang on, in all groups of the keyspace. */
  readonly hangs = new Vector()
  /** What slots hold beyond `vector`. */
  readonly overlays = new Overlays()
  readonly floor = new Floor()
  /** Entries that came before something that they need, by stamp. */
  readonly early = new Map<number, Early>()
  earlyBytes = 0
  earlySince = 0
  /** When the last of them came. */
  earlyAt = 0
  /** When it was last judged whether they wait in vain. */
  vainAt = 0
  /** Everything that was cut from the log, and what was forgotten before it. */
  readonly cutThrough: Vector
  /** Old entries that are being read back. */
  fetching: LogRange | null = null
  /** What the others were told last, and when. */
  told = new Vector()
  /** Changes of `durable` when it was last told. */
  toldChanges = -1
  /** Notes that follow soon, though nothing more is held: somebody waits for what is stable. */
  echoes = 0
  toldAt = never
  toldSafe = 0
  wasToldSettled = true
  /** Everything up to this stamp is with all members, and all that comes has seen it. */
  stable = 0
  stabilisedAt = never
  /** Milliseconds from which on digests are sent next, and at which a turn is needed for that. */
  comparesAt = never
  comparesNextAt = Number.MAX_SAFE_INTEGER
  /** Changes of what was applied when that was done last, and whether there had been some since the time before. */
  comparedChanges = 0
  isWritten = false
  /** What is left to look at for digests in the turn of that time. */
  readonly work = { left: 0, at: never }
  /** Groups of the member. */
  readonly groups: number
  /** Milliseconds at which others were asked last for the sake of a client. */
  hurriedAt = never
  /** Why no writes are taken yet, or null. */
  recovering: RecoveryCause | null
  /** It lost its disk or log, is read again, and has not heard from all others which stamps it used: it makes no entries. */
  isNameless = false
  readonly recoverWaitMs: number
  readonly startedAt: number
  /** What has to be held again before writes are taken. */
  target: Vector | null = null
  /** Who told of that; null for several together. */
  toldBy: MemberId | null = null
  /** Slots of another member are taken as they are. */
  repair: Repair | null = null
  /** Slots that could not be merged, since the last repair ended. */
  refused = 0
  /** Whose slots were taken last, and in which of its lives. */
  takenFrom: { readonly member: MemberId; readonly life: number; readonly at: number } | null = null
  readonly view: MergeView | undefined
  /** Bytes of payloads kept in memory at most. */
  readonly tailBytes: number
  /** A snapshot is asked for. */
  needsAll: { from: MemberId; askedAt: number } | null = null
  hasAll = false
  /** Whose entries are refused, because their stamps are too far ahead. */
  aheadSeat: number | null = null
  loss = ''
  diskShort = false

  constructor(init: StrategyInit<EventualOptions>) {
    this.self = init.self
    this.group = init.group
    this.options = init.options
    this.out = new EventualOutbox(init.options)
    this.durability = init.durability
    const hard = decodeHardState(init.state)
    this.list = listOf(init, hard.list)
    this.listOnDisk = hard.list ?? firstVersion
    this.seat = this.seatOf(init.self)
    assert(this.seat >= 0, 'a member has a seat')
    this.random = init.random
    this.life = init.random.below(0x7fffffff) + 1
    const clock = new StampClock(this.seat, init.options.skewMs)
    const keyspace = keyspaceOf(init, clock)
    const isShared = keyspace !== null && !hasBug('eventual-clock-per-group')
    this.clock = isShared ? keyspace.clock : clock
    this.pace = paceOf(init)
    this.mono = init.now.mono
    this.wall = init.now.wall
    this.recoverWaitMs = init.recoverWaitMs
    this.view = init.view
    this.startedAt = init.now.mono
    // Who crashes while it recovers begins anew.
    const before = hasBug('eventual-recovery-forgotten') ? null : hard.recovering
    const found = isAdded(init, hard.list, this.list)
      ? worseOf(init.recovering, 'disk-lost')
      : init.recovering
    this.recovering = worseOf(found, before)
    const list = isLater(this.list, firstVersion) ? this.list : null
    this.hard = { ...hard, recovering: this.recovering, list }
    this.isHardDirty = this.recovering !== hard.recovering || isLater(this.list, this.listOnDisk)
    const { from, chain, entries } = init.earlier ?? {
      from: init.base,
      chain: init.baseChain,
      entries: [],
    }
    this.groups = init.groups ?? 1
    this.tailBytes = tailShare(init.options.tailBytes, init.groups)
    this.tail = new Tail(from, chain, {
      lazyChain: init.durability === 'none',
      bytesMax: init.durability === 'none' ? Number.MAX_SAFE_INTEGER : this.tailBytes,
    })
    this.ledger = new Ledger(from.index)
    this.vector = init.mark == null ? new Vector() : decodeMark(init.mark, this)
    this.appliedVector = Vector.copyOf(this.vector)
    this.durable = Vector.copyOf(this.vector)
    this.cutThrough = Vector.copyOf(this.vector)
    this.delivered = init.base.index
    this.applied = init.base.index
    restoreLog(this, entries, init.entries)
    this.saved = this.tail.last
    this.persisted = this.tail.last
    this.durable.join(this.vector)
    this.meet(0)
    if (!hasBug('eventual-stamps-reused')) this.clock.see(this.hard.reserved)
    for (const { upTo } of this.vector.ranges()) this.clock.see(upTo)
    this.reservedOnDisk = this.hard.reserved
    this.isContinuing = this.recovering === null
    this.ownLast = this.vector.lastOf(this.seat)
    const own = this.vector.rangesOf(this.seat)
    this.ownStart = own[own.length - 1]?.after ?? 0
    this.isGapOpen = this.recovering !== null || this.ownStart > 0
    this.hasLog = init.base.index === 0 || entries.length + init.entries.length > 0
    this.gate = keyspace === null ? null : new Gate(keyspace, this)
    this.gate?.begin()
  }

  /** What is held of each member without a gap, handed out or not. */
  get received(): Vector {
    return this.gate?.received ?? this.vector
  }

  /** All that ever were members: a member's seat is its place here. */
  get seats(): readonly MemberId[] {
    return this.list.seats
  }

  get isMember(): boolean {
    return isOn(this.list, this.self)
  }

  /** It gets everything, and makes no entries. */
  get isLearner(): boolean {
    return !this.list.voters.includes(this.self)
  }

  /** There is no other member. */
  get isAlone(): boolean {
    return this.peers.size === 0 && this.isMember
  }

  /** Entries up to here may be told to others and answered. */
  get settledIndex(): number {
    return this.durability === 'none' ? this.tail.last : this.persisted
  }

  /** Entries of the log are in no write. */
  get hasUnsaved(): boolean {
    return this.durability !== 'none' && this.saved < this.tail.last
  }

  seatOf(member: MemberId): number {
    return this.seats.indexOf(member)
  }

  /** Peers for all on the list. */
  meet(heardAt: number): void {
    const { voters, learners } = this.list
    if (!this.isMember) return
    for (const member of [...voters, ...learners]) {
      if (member === this.self || this.peers.has(member)) continue
      const peer = makePeer(member, this.seatOf(member))
      peer.heardAt = heardAt
      peer.isUp = this.linked.has(member)
      this.peers.set(member, peer)
    }
  }

  positionAt(index: number): Position {
    return { term: localTerm, index }
  }

  /** The next entry of the log, of whatever member. */
  append(payload: Payload, note: Note): void {
    this.tail.append({ term: localTerm, index: this.tail.last + 1, payload })
    this.ledger.append(note)
    seeFloor(this.floor, note)
    this.unsavedBytes += payload.size
    this.logBytes += payload.size
    if (this.durability === 'none') {
      this.persisted = this.tail.last
      this.saved = this.tail.last
      this.unsavedBytes = 0
      addNote(this.durable, note)
    }
  }

  /** The engine is at `at` and holds what `mark` covers: the log begins anew there. */
  restartLog(at: Position, chain: Hash64, mark: Vector): void {
    this.tail.reset(at, chain)
    this.ledger.reset(at.index)
    for (const vector of [this.vector, this.durable, this.appliedVector, this.cutThrough]) {
      vector.meet(mark)
      vector.join(mark)
    }
    for (const { upTo } of mark.ranges()) this.clock.see(upTo)
    this.gate?.restart(mark, this)
    this.delivered = at.index
    this.applied = at.index
    this.saved = at.index
    this.persisted = at.index
    this.checkpointed = at.index
    this.logBytes = 0
    this.unsavedBytes = 0
    this.backlogBytes = 0
    // What they hold of the log is of no use any more.
    for (const write of this.writes) write.index = 0
    for (const { token } of this.preparing) {
      this.out.dropped.push({ token, reason: 'truncated', definite: true })
    }
    this.preparing.length = 0
    this.behind.length = 0
    this.out.forgetLater()
    this.out.deliveries = []
    this.out.reset = { at, chain }
  }

  /** Entries do not tell what is lacking: an empty member takes a snapshot of `from`, another one its slots. */
  needAll(from: MemberId): void {
    if (this.delivered === 0) this.needsAll ??= { from, askedAt: never }
    else this.repair ??= { from, next: 0, start: null, askedAt: never }
  }

  /** The engine has executed everything up to `index`. */
  appliedTo(index: number): void {
    for (let at = this.applied + 1; at <= index; at++) {
      const note = this.ledger.at(at)
      addNote(this.appliedVector, note)
      if (isOfEntry(note) && note.seat !== this.seat) this.backlogBytes -= this.tail.sizeAt(at)
    }
    if (index > this.applied) this.applied = index
  }

  /** Everything up to `index` is on disk. */
  persistedTo(index: number): void {
    for (let at = this.persisted + 1; at <= index; at++) {
      const note = this.ledger.at(at)
      this.unsavedBytes -= this.tail.sizeAt(at)
      addNote(this.durable, note)
    }
    if (index > this.persisted) this.persisted = index
  }
}
