// How the router reaches a replication group without knowing the shard: callers, lanes and calls.
// Router and shard live on one floor and never import each other; the core ties them here.

import type { GroupBackups } from './backup.js'
import type { CommandSpec } from './command.js'
import type { GroupSettings } from './group-settings.js'
import type { GroupId, MemberId } from './ids.js'
import type { ErrorReply, Reply } from './reply.js'
import type { SeenMark } from './seen.js'
import type { MoveProgress } from './move-progress.js'
import type { ReadLevel, StrategyStatus, Supports } from './strategy.js'

/** Who waits for a reply: a session, or a gathering over groups. */
export interface Caller {
  /** Exactly once per ticket that was handed to a group. May be called before `submit` returns. */
  answer(ticket: number, reply: Reply): void
  /** Told before the answer: a script of this ticket read something. */
  scriptRead?(ticket: number): void
  /**
   * In place of the answer: the command was not executed, because its slots change hands (see `slot-moves`). The
   * ticket stays open. Nothing that comes behind it on the lane is answered until `isDetoured` is taken back.
   */
  refused?(lane: Lane, call: RefusedCall, why: ErrorReply): void
}

export interface RefusedCall {
  readonly ticket: number
  readonly db: number
  readonly args: readonly string[]
}

/** A command on its way to a group. */
export interface GroupCall {
  readonly spec: CommandSpec
  /** Whether it must go through the log. */
  readonly write: boolean
  readonly db: number
  /** args[0] is the canonical lower-case name. */
  readonly args: readonly string[]
  readonly ticket: number
  /** A script runs in it: by itself, or as a command of its transaction. */
  readonly scripted?: boolean
  /** What it asks of a read; absent: what the keyspace promises. */
  readonly level?: ReadLevel | undefined
}

/**
 * One caller's order within one group: reads wait for the caller's earlier writes and the other way
 * round. Made once per (session, group); the group owns its fields.
 */
export interface Lane {
  readonly caller: Caller
  /** Commands in a batch of the log that are not answered yet. */
  writes: number
  /** Reads outside the log that are not answered yet. */
  reads: number
  /** Commands held until the reads before them are answered. */
  held: GroupCall[] | null
  /** The caller is gone. */
  isLeft?: boolean
  /** A command of it was refused, and is to be routed again. */
  isDetoured?: boolean
}

/** Who leads a group as this member sees it: of a group that merges each member itself. */
export interface GroupLead {
  readonly leader: MemberId | null
  /** Monotonic milliseconds since when it is so. */
  readonly since: number
}

/** Keys of one slot, as far as they are applied here. */
export interface SlotKeys {
  slotKeyCount(db: number, slot: number): number
  slotKeys(db: number, slot: number, countMax: number): readonly string[]
}

/** A replication group as the router and the status report see it. */
export interface Group {
  readonly id: GroupId
  readonly keyspace: string
  readonly shard: number
  /** Absent where nobody asks. */
  readonly lead?: GroupLead
  /** Absent where there is no replica. */
  readonly engine?: SlotKeys
  /** This member holds no replica of it. */
  readonly isRemote?: boolean
  /** Its shard group is gone: it has nothing, for ever. */
  readonly isGone?: boolean
  /** It does not hear what happens to keys, so nobody may keep their values. */
  readonly isDeaf?: boolean
  lane(caller: Caller): Lane
  submit(lane: Lane, call: GroupCall): void
  /** The caller is gone: answers to it may be dropped. */
  leave(lane: Lane): void
  /** Ends the wait of a caller whose command blocks; `done` hears 1, or 0 where it does not wait any more. */
  unblock(lane: Lane, how: 'timeout' | 'error', done: (reply: Reply) => void): void
  report(): GroupReport
  keyCount(db: number): number
  expiresCount(db: number): number
  averageTtl(db: number): number
  /** Index up to which a member is known to hold the log: at the leader, else undefined. */
  heldBy?(member: MemberId): number | undefined
  /** DEBUG SET-ACTIVE-EXPIRE: whether keys expire without being asked for while this member leads. */
  setActiveExpire?(isOn: boolean): void
  /** Sixteen hexadecimal digits of all replicated state; empty while an entry is half done. Walks all data. */
  digestText?(): string
  /** Absent where there is no replica. */
  readonly backups?: GroupBackups
  /** Absent where it knows no bounds. */
  readonly memory?: GroupBounds
  /** What runs scripts here; absent or null where none do. */
  readonly scripts?: GroupScripts | null
  /** Writes and reads that wait. */
  readonly inFlight: number
  /** Absent where nobody asks. */
  readonly sight?: GroupSight
}

/** What this member shows its clients of a group, compared with what they were shown elsewhere. */
export interface GroupSight {
  readonly supports: Supports
  /**
   * At least all that a client may have been shown here, its own answered writes included; it only grows.
   * Null while the member loads. Where order is not total: of the whole keyspace.
   */
  seen(): SeenMark | null
  /** Whether whatever is read or written here from now on is behind all of it. */
  covers(mark: SeenMark): boolean
  /** It will never be covered here: an era that began since may have lost it. */
  isLost(mark: SeenMark | null): boolean
  /** A client waits for it: the others are asked at once for what lacks. */
  hurry(mark: SeenMark): void
  /** A client waits until other members hold what was written. */
  spread(): void
}

/** Bounds of a group's memory, by what is applied here. */
export interface GroupBounds {
  /** What CONFIG SET gave it to keep. */
  readonly settings: GroupSettings
  /** Commands that may grow the data are refused now. */
  readonly isFull: boolean
}

/** Scripts of a group: they run at the member that leads it. */
export interface GroupScripts {
  /** Ends what runs for long; its reply is that of SCRIPT KILL and FUNCTION KILL. */
  kill(kind: 'script' | 'function'): Reply
  /** As far as they are applied here. */
  readonly counts: ScriptCounts
  /** Whether the script or function that a command names says of itself that it does not write. */
  isReadOnly(args: readonly string[]): boolean
  /** What runs beside the loop, here or at another member. */
  readonly running: RunningScript | null
  /** What other commands are answered because it runs for longer than this member bears, or null. */
  busy(): ErrorReply | null
}

/** What a group keeps of scripts. */
export interface ScriptCounts {
  readonly scripts: number
  readonly libraries: number
  readonly functions: number
}

/** A script that runs beside the loop: its name, its command and for how many milliseconds. */
export interface RunningScript {
  readonly name: string
  readonly command: readonly string[]
  readonly ms: number
}

/** What `quorate status` and INFO say of a group. */
export interface GroupReport {
  readonly id: GroupId
  readonly keyspace: string
  readonly shard: number
  readonly level: string
  readonly strategy: string
  readonly durability: string
  readonly leader: MemberId | null
  /** `remote`: this member holds no replica of it, and serves its clients through those that do. */
  readonly role: StrategyStatus['role'] | 'remote'
  readonly term: number
  readonly era: number
  readonly index: number
  readonly applied: number
  readonly lag: number
  readonly health: 'ok' | 'degraded' | 'recovering' | 'down' | 'halted'
  readonly why: string
  readonly loss: string
  readonly keys: number
  readonly memoryBytes: number
  /**
   * Entries of its log that no other member is known to hold: lost if this member and its disk were lost now. 0
   * where a majority holds what is answered.
   */
  readonly onlyHere: number
  /** Slots that leave the group, and why they do not get on; empty where none do. */
  readonly moving: string
  /** How far the batch is: only at the member that drives it. */
  readonly progress?: MoveProgress
  /** Who votes on what is written; none where it is not known. Of a change that is open those before are `outgoing`. */
  readonly voters: readonly MemberId[]
  /** Have everything, and do not vote. */
  readonly learners: readonly MemberId[]
  readonly outgoing: readonly MemberId[]
  readonly counters: Readonly<Record<string, number>>
}

/** `lane` of a fresh caller. */
export function makeLane(caller: Caller): Lane {
  return { caller, writes: 0, reads: 0, held: null }
}
