// The strategy plugin interface, api 1: how a replication group replicates. Synchronous and pure; a
// strategy never throws for an operating condition and never calls out. Results wait in an outbox that the
// shard drains with `ready()`. `quorate/testkit` holds a plugin to it. It is frozen: within api 1 it only
// grows, by members that a plugin or a shard may leave out.

import type { Hash64 } from '../base/hash.js'
import type { Random } from '../base/random.js'
import type { Durability, Level } from './config.js'
import type { DigestWork, Seen, SlotMerge } from './engine.js'
import type { LogEntry, Payload } from './entry.js'
import type { GroupId, MemberId, Now, Token } from './ids.js'
import type { Position } from './position.js'
import type { Rest, Rests } from './rest.js'
import type { SeenStamps } from './seen.js'
import type { TraceEvent } from './trace.js'

export type ReadLevel = 'linearizable' | 'sequential' | 'causal' | 'local'

/** What a plugin promises; the conformance suite holds it to exactly this. */
export interface Supports {
  /** total: entries are commands, executed in one order. Else entries carry effects, merged. */
  readonly order: 'total' | 'causal'
  readonly levels: readonly Level[]
  readonly reads: readonly ReadLevel[]
  readonly ackMeans: 'quorum' | 'local'
  /** followed: the group has no order in which it could decide; `Strategy.follow` tells each replica. */
  readonly members: 'joint' | 'single' | 'static' | 'followed'
  /** Under which it keeps its promises; others are refused at load. */
  readonly durabilities: readonly Durability[]
  /** `transfer` hands leadership over. */
  readonly transfers: boolean
  /** Members may be learners: they have everything, and neither vote nor count. */
  readonly learners: boolean
  /**
   * Where a majority lost what it had acknowledged, what is left goes on in a new era: once the loss is
   * accepted, or by itself under everysec and none. Else such a group stands still.
   */
  readonly eras: boolean
}

export interface StrategyPlugin<O = unknown> {
  readonly name: string
  /** Version of this interface; another one is refused at load. */
  readonly api: 1
  readonly supports: Supports
  /** The names of the options with their defaults, for the documentation. */
  readonly defaults: Readonly<Record<string, string | number | boolean>>
  /** Throws ConfigError, and only here. */
  parseOptions(raw: Readonly<Record<string, unknown>>): O
  create(init: StrategyInit<O>): Strategy
}

export interface Members {
  readonly voters: readonly MemberId[]
  readonly learners: readonly MemberId[]
  /** Voters of the list before, while a change of voters is open: nothing is decided without a majority of each. */
  readonly outgoing?: readonly MemberId[]
}

/** The members of a group that follows what is agreed elsewhere, by the topology. */
export interface MemberList {
  /** Lists are ordered by era, then by epoch; a later one is followed, an earlier one is not. */
  readonly era: number
  readonly epoch: number
  /** All that ever were members, in the order in which they came: a seat is given once. */
  readonly seats: readonly MemberId[]
  /** Of those, who are members; learners get everything, and take no writes. */
  readonly voters: readonly MemberId[]
  readonly learners: readonly MemberId[]
}

/** Everything a strategy instance starts from. */
export interface StrategyInit<O = unknown> {
  readonly self: MemberId
  readonly group: GroupId
  readonly options: O
  readonly durability: Durability
  /** As of `base`: those that the group began with where no checkpoint says otherwise. */
  readonly members: Members
  /** Where members are followed: what is known of them, if they ever changed. The strategy keeps what it follows, too. */
  readonly list?: MemberList | undefined
  /** The last `StoreBatch.state` that reached the disk, or null. */
  readonly state: Uint8Array | null
  /** Position of the checkpoint that the engine was loaded from, and the log's chain hash there. */
  readonly base: Position
  readonly baseChain: Hash64
  /** Entries behind `base` that were found intact on disk, contiguous from base.index + 1. */
  readonly entries: readonly LogEntry[]
  /** Entries up to `base` that the log still held, where it keeps any: contiguous from behind `from` on. */
  readonly earlier?: EarlierEntries | null
  /** Where order is not total. */
  readonly view?: MergeView
  /** Where the keyspace has several groups. */
  readonly keyspace?: CommonKeyspace | undefined
  /** Groups of this member, which share what it may spend; 1 where it is not said. */
  readonly groups?: number
  /** What the other replicas rest at; absent where nobody tells. */
  readonly rests?: Rests
  /** What `Strategy.mark` said for the checkpoint at `base`. */
  readonly mark?: Uint8Array | null
  /**
   * Null for a member whose disk holds all that it ever acknowledged. Otherwise why it does not: it
   * counts in the quorum's size but neither votes, leads nor acknowledges until it is refilled.
   */
  readonly recovering: RecoveryCause | null
  /** Milliseconds that `recover by itself` waits for all voters (durability everysec and none). */
  readonly recoverWaitMs: number
  readonly now: Now
  readonly random: Random
}

/** What the groups of one keyspace have in common at one member. */
export interface CommonKeyspace {
  readonly level: Level
  readonly groups: number
  /** One thing for all of them, made for the first that asks. */
  share<T>(make: () => T): T
  /** As `share`, where no group's part of a turn depends on another one's: each still has its own. */
  beside?<T>(make: () => T): T
}

export interface EarlierEntries {
  readonly from: Position
  /** The log's chain hash there. */
  readonly chain: Hash64
  readonly entries: readonly LogEntry[]
}

export type RecoveryCause =
  /** An empty directory, but the cluster exists: the disk was lost or wiped. */
  | 'disk-lost'
  /** The log is shorter than the witness says, or fails its checks below the last durable position. */
  | 'log-damaged'
  /** The process died without a clean stop and durability is everysec or none. */
  | 'unclean-stop'
  /** The operator runs `quorate recover --accept-loss`: take what is there as the truth. */
  | 'accept-loss'

export type Refusal =
  | { readonly reason: 'not-leader'; readonly leader: MemberId | null }
  /** Too much in flight: try again later; nothing was recorded. */
  | { readonly reason: 'busy' }
  | { readonly reason: 'removed' }
  /** `supports` does not promise it. */
  | { readonly reason: 'unsupported' }
  /** A change of members that names who is not there or is there already, or leaves no voter. */
  | { readonly reason: 'invalid' }

/** One atomic change. Nobody is named twice. */
export interface MemberChange {
  /** Become learners. */
  readonly add: readonly MemberId[]
  /** Voters or learners. */
  readonly remove: readonly MemberId[]
  /** Learners that become voters. */
  readonly promote: readonly MemberId[]
}

export interface Strategy {
  /** Called before the other calls of a turn, with its time, and no later than `wakeAt` says. */
  tick(now: Now): void
  /** `message` is what another member's strategy put into an Outgoing. Unknown versions are ignored. */
  step(from: MemberId, message: Uint8Array, now: Now): void
  /** Null: taken, and later delivered with this token or reported in `dropped`. */
  propose(token: Token, payload: Payload, now: Now): Refusal | null
  /** Hands leadership to `to`, or to the best other voter when null. */
  transfer(to: MemberId | null): Refusal | null
  /** The only leave to cut the log: everything up to `position` is in a finished checkpoint. */
  checkpointed(position: Position): void
  readIndex(token: Token, level: ReadLevel): Refusal | null
  /**
   * Null: taken, and later delivered with this token once the new members are committed, or reported in
   * `dropped`. Busy while an earlier change is open, before an entry of the leader's own term is committed, and where
   * a learner to be promoted lags far.
   */
  reconfigure(token: Token, change: MemberChange): Refusal | null
  /**
   * Where members are followed: a list to work by from now on, told to each replica at another time, or never.
   * Invalid for a later one that takes a seat away; earlier ones are ignored.
   */
  follow?(list: MemberList): Refusal | null
  /** The write of that Ready is on disk (synced if `mustSync`). Called in order of batch numbers. */
  persisted(batch: number): void
  /**
   * Where order is not total: what the delivery of this token changed, null for nothing. Called once for
   * each delivery with `merge.ops` null, in their order.
   */
  prepared?(token: Token, ops: Uint8Array | null): void
  /** In its place where a strategy has both, at members that know it: the bytes are made once it asks for them, at any time. */
  changed?(token: Token, ops: Payload | null): void
  /** The engine has applied up to here. */
  applied(position: Position): void
  /** Where order is not total: see `GroupSight`, which hands these over. */
  seen?(): SeenStamps
  covers?(mark: SeenStamps): boolean
  hurry?(mark: SeenStamps): void
  /** A client waits until more members hold what is in the log than decide: nothing is kept back for later. */
  spread?(): void
  /** Entries asked for by Ready.fetch, from the disk; empty when they are not there any more. */
  fetched(entries: readonly LogEntry[]): void
  /** The link to a peer closed: messages in flight to it may be lost. */
  peerDown(peer: MemberId): void
  peerUp(peer: MemberId): void
  /** The engine was replaced by a snapshot at this position; the log starts behind it. */
  snapshotInstalled(at: Position, chain: Hash64, members: Members, mark?: Uint8Array): void
  /** A snapshot that was just accepted goes to the disk: nothing takes it back, and `snapshotInstalled` follows. */
  snapshotInstalling?(): void
  /** A snapshot transfer to a peer ended; `at` is its position. */
  snapshotSent(peer: MemberId, ok: boolean, at: Position): void
  /** A peer offers a snapshot at `at`: whether to take it (it is ahead of us and from a leader we follow). */
  acceptsSnapshot(from: MemberId, term: number, at: Position): boolean
  /** Disk space is short (true) or back: hand leadership over, acknowledge no append, campaign not. */
  diskShort(short: boolean): void
  /** The operator accepts loss (`quorate recover --accept-loss`): a halted group takes the longest log it has. */
  acceptLoss(): void
  /** Drains the outbox; null when nothing is waiting. */
  ready(): Ready | null
  status(): StrategyStatus
  /** Chain hash of the log behind entry `index`, which is applied and not cut (checkpoints keep it); null when it is not known. */
  chainAt(index: number): Hash64 | null
  /** What a checkpoint at the applied position keeps for the strategy, opaque to others. */
  mark?(): Uint8Array
  /** Monotonic milliseconds at which `tick` is next needed. */
  wakeAt(): number
  /**
   * Asked at the end of a turn: what it rests at, null while it has anything to say or to wait for. The members
   * tell each other, and a replica that hears all that it depends on rest at the same needs no heartbeats.
   */
  rest?(): Rest | null
}

export interface Ready {
  /** 1, 2, 3 ...; acknowledged by `persisted` if `write` is not null. */
  readonly batch: number
  readonly write: StoreBatch | null
  readonly mustSync: boolean
  /** May leave while the disk works. */
  readonly sendNow: readonly Outgoing[]
  /** Votes and acknowledgements: never before persisted(batch). */
  readonly sendAfterWrite: readonly Outgoing[]
  readonly delivered: readonly Delivery[]
  readonly grants: readonly ReadGrant[]
  /** Where order is not total: own entries that are as durable as they have to be, and may be answered. */
  readonly settled?: readonly Token[]
  /**
   * Where order is not total: everything up to this stamp was merged by all members, and whatever is
   * delivered from now on has seen it.
   */
  readonly stable?: number | null
  readonly dropped: readonly Dropped[]
  readonly fetch: LogRange | null
  readonly snapshotTo: readonly MemberId[]
  readonly trace: readonly TraceEvent[]
}

/** What a strategy wants on disk, in one atomic write. */
export interface StoreBatch {
  /** Its own hard state (term, vote ...), replacing the last one; null for unchanged. */
  readonly state: Uint8Array | null
  /** Term of the vote or term change in `state`, for the witness. */
  readonly voteTerm: number
  /** Contiguous; where the first index is not above the log's last one, the log is truncated there first. */
  readonly entries: readonly LogEntry[]
  /** Chain hash of the log before entries[0]; the store recomputes the chain over them. */
  readonly chainBefore: Hash64
  /** Cut the log: entries up to this index may go. Null for no cut. */
  readonly cutTo: number | null
  /** Forget the whole log: a snapshot at this position took its place. */
  readonly reset: { readonly at: Position; readonly chain: Hash64 } | null
}

export interface Outgoing {
  readonly to: MemberId
  readonly message: Uint8Array
}

/** An entry to execute, in order. `token` is set where this member proposed it in this run. */
export interface Delivery {
  readonly at: Position
  readonly payload: Payload
  readonly token: Token | null
  /** Where order is not total: how it takes effect here. */
  readonly merge?: MergeMark
  /** The same for a slot of another member, as it was. */
  readonly slot?: SlotMark
}

/** A slot as another member held it, to be merged. */
export interface SlotMark extends SlotMerge {
  /** `MergeView.exportSlot` of that member. */
  readonly exported: Uint8Array
}

/** What a strategy may see of the engine, where order is not total. Null while an entry is half executed. */
export interface MergeView {
  /** Whether there is anything of a slot. */
  holdsSlot(slot: number): boolean | null
  /** The first slot from `from` on that there is anything of, the count of slots for none. */
  nextSlot(from: number): number | null
  /** Of what clients see of a slot. */
  slotDigest(slot: number): Hash64 | null
  /**
   * The same a part at a time (`EngineMerging.digestStep`); null where there is more to look at, too, `changed` where
   * the slot did not stay as it was meanwhile.
   */
  digestStep(slot: number, work: DigestWork): Hash64 | 'changed' | null
  /** Bytes of all data, by the engine's count. */
  dataBytes?(): number
  /** All of a slot, for `Delivery.slot` of another member; at the applied position. */
  exportSlot(slot: number): Uint8Array | null
  /**
   * Whether the engine can merge these bytes as that slot: to be asked before they are logged, as an entry that it cannot
   * merge halts the group.
   */
  isSlot?(exported: Uint8Array, slot: number): boolean
}

/** An entry of a strategy whose order is not total. */
export interface MergeMark {
  /** Names the entry and orders it among all (`StampClock`). */
  readonly stamp: number
  /** What its origin had seen. */
  readonly seen: Seen
  /** Whether a slot holds it already: it came with a `SlotMark`. */
  holds?(slot: number): boolean
  /**
   * What it changed; null for one that was proposed here: it is executed, and `Strategy.prepared` is
   * told what it changed.
   */
  readonly ops: Uint8Array | null
}

/** The read may be answered once the engine has applied `at`. */
export interface ReadGrant {
  readonly token: Token
  readonly at: Position
}

export interface Dropped {
  readonly token: Token
  readonly reason: 'not-leader' | 'timeout' | 'removed' | 'truncated'
  /** True: it can never commit. */
  readonly definite: boolean
}

/** Entries from `from` to `to`, both included. */
export interface LogRange {
  readonly from: number
  readonly to: number
}

export interface PeerStatus {
  readonly member: MemberId
  readonly match: number
  readonly state: 'probe' | 'replicate' | 'snapshot' | 'self'
  readonly active: boolean
  readonly recovering: boolean
  /** Where members are followed: it makes no entries any more, and all that it made is on the disk here. */
  readonly isDrained?: boolean
}

export interface StrategyStatus {
  readonly role: 'leader' | 'follower' | 'candidate' | 'learner' | 'recovering' | 'halted'
  readonly leader: MemberId | null
  /** The plugin's own epoch word, as a number: term, epoch. */
  readonly term: number
  readonly era: number
  readonly commit: Position
  readonly last: Position
  /** First index still in the log. */
  readonly first: number
  readonly chain: Hash64
  readonly members: Members
  /** Where members are followed: of the list that is, and whether all members on it were heard to follow it. */
  readonly follows?:
    | { readonly era: number; readonly epoch: number; readonly isEverywhere: boolean }
    | undefined
  readonly peers: readonly PeerStatus[]
  readonly recovering: RecoveryCause | null
  /**
   * Where order is not total: a stamp that nothing which this member made or holds is above, and up to which one everything is
   * executed here and held by all members, as durable as it has to be, and will be seen by whatever comes.
   */
  readonly stamps?: { readonly made: number; readonly stable: number } | undefined
  /** It takes no writes now, though nobody else leads. Absent: it does. */
  readonly isClosed?: boolean
  /** One sentence where it cannot work, else empty. */
  readonly why: string
  /** What may have been lost in a forced recovery, empty if none. */
  readonly loss: string
  readonly counters: Readonly<Record<string, number>>
}
