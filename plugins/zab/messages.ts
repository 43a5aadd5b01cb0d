// The messages between zab members. The names are the paper's and ZooKeeper's; where they differ, the
// paper's is told. Their bytes are codec.ts.

import type {
  Hash64,
  LogEntry,
  MemberId,
  MembersKnown,
  Position,
  RecoveryCause,
} from 'quorate/plugin'

interface Head {
  readonly era: number
}

/** Whom an election should choose: the greatest (era, epoch, last, id) wins. */
export interface Vote {
  readonly id: MemberId
  readonly era: number
  /** The candidate's currentEpoch, and its last zxid. */
  readonly epoch: number
  readonly last: Position
}

export const memberStates = ['looking', 'following', 'leading'] as const

export interface Notification extends Head {
  readonly kind: 'notification'
  readonly state: (typeof memberStates)[number]
  /** The sender's logical clock of elections. */
  readonly round: number
  readonly vote: Vote | null
  /** Of the leader that the sender follows or is, once its epoch is established; else 0. */
  readonly epoch: number
  /** The sender takes over from the leader of this epoch, which asked it to; else 0. */
  readonly handover: number
  /** The sender begins a new era with this epoch; else 0. */
  readonly founding: number
  /** The sender holds all that it acknowledged: it counts where it is a voter. */
  readonly counts: boolean
  /** Where it begins an era, the members that it goes by. */
  readonly knows?: MembersKnown | null
}

/** FOLLOWERINFO, the paper's CEPOCH. */
export interface FollowerInfo extends Head {
  readonly kind: 'follower-info'
  readonly acceptedEpoch: number
  readonly recovering: boolean
  /** Another number for each run of the member. */
  readonly life: number
}

/** LEADERINFO, the paper's NEWEPOCH. */
export interface LeaderInfo extends Head {
  readonly kind: 'leader-info'
  readonly epoch: number
  /** It begins a new era: who has a longer log refuses. */
  readonly founds: boolean
  readonly last: Position
  /** Where it founds, the members that it goes by. */
  readonly knows?: MembersKnown | null
}

export interface AckEpoch extends Head {
  readonly kind: 'ack-epoch'
  readonly epoch: number
  readonly currentEpoch: number
  readonly last: Position
  /** Given to this leader alone, by an intact voter; or it has given this epoch to another one. */
  readonly promise: (typeof promises)[number]
  readonly recovering: boolean
  readonly life: number
}

/** Numbers are a format. */
export const promises = ['none', 'given', 'taken'] as const

/**
 * Entries behind `previous`. DIFF: the learner's log ends there. TRUNC: what it has behind goes. PROPOSE,
 * and INFORM to an observer, follow in the broadcast phase.
 */
export interface Entries extends Head {
  readonly kind: 'diff' | 'trunc' | 'propose' | 'inform'
  readonly epoch: number
  readonly fence: number
  readonly previous: Position
  /** Chain hash behind `previous`. */
  readonly chain: Hash64
  readonly commit: number
  readonly entries: readonly LogEntry[]
}

/** `ok`: everything up to `index` is there and durable. Else `index` was the refused previous one. */
export interface Ack extends Head {
  readonly kind: 'ack'
  readonly epoch: number
  readonly fence: number
  readonly ok: boolean
  readonly index: number
  /** Where the logs may agree, for a refusal. */
  readonly hint: Position
  readonly recovering: boolean
  /** The engine of this member holds what the new history does not: only a snapshot helps. */
  readonly needsSnapshot: boolean
  readonly life: number
}

/** NEWLEADER: the initial history ends with the entry at `at`, which the leader's epoch begins with. */
export interface NewLeader extends Head {
  readonly kind: 'new-leader'
  readonly epoch: number
  readonly fence: number
  readonly at: Position
  /** The run of a recovering member that is intact with this history: nothing is committed in the era. */
  readonly intact: number
}

/** The acknowledgement of NEWLEADER, the paper's ACK-LD. */
export interface AckLeader extends Head {
  readonly kind: 'ack-leader'
  readonly epoch: number
  readonly fence: number
  readonly recovering: boolean
  readonly life: number
}

/** UPTODATE, the paper's COMMIT-LD, and COMMIT: everything up to `commit` is committed. */
export interface Commit extends Head {
  readonly kind: 'up-to-date' | 'commit'
  readonly epoch: number
  readonly commit: number
}

export interface Ping extends Head {
  readonly kind: 'ping'
  readonly epoch: number
  readonly fence: number
  /** The newest round of barriers. */
  readonly round: number
  readonly commit: number
}

export interface Pong extends Head {
  readonly kind: 'pong'
  readonly epoch: number
  readonly fence: number
  readonly round: number
  /** UPTODATE has arrived. */
  readonly isUpToDate: boolean
  readonly recovering: boolean
  readonly life: number
}

/** A barrier, ZooKeeper's SYNC: which index must a read that begins now see? */
export interface Sync extends Head {
  readonly kind: 'sync'
  readonly epoch: number
  readonly id: number
  readonly recovering: boolean
  readonly life: number
}

export interface Synced extends Head {
  readonly kind: 'synced'
  readonly epoch: number
  readonly id: number
  readonly at: Position
}

/** The leader hands its epoch over. */
export interface TakeOver extends Head {
  readonly kind: 'take-over'
  readonly epoch: number
}

/** Asks for a report; the answer carries the same nonce. */
export interface Survey extends Head {
  readonly kind: 'survey'
  readonly nonce: number
}

export interface Report extends Head {
  readonly kind: 'report'
  readonly acceptedEpoch: number
  readonly nonce: number
  readonly life: number
  readonly cause: RecoveryCause | null
  readonly last: Position
  readonly lossAccepted: boolean
  /** It could begin an era: a voter, as far as it knows. */
  readonly stands: boolean
  /** The members that it goes by; null from an older version. */
  readonly knows: MembersKnown | null
}

export interface AcceptLoss extends Head {
  readonly kind: 'accept-loss'
}

/** An earlier run of the member acknowledged up to here, and this one does not have it. */
export interface Forgotten extends Head {
  readonly kind: 'forgotten'
  readonly epoch: number
  readonly life: number
  readonly index: number
}

export type ZabMessage =
  | Notification
  | FollowerInfo
  | LeaderInfo
  | AckEpoch
  | Entries
  | Ack
  | NewLeader
  | AckLeader
  | Commit
  | Ping
  | Pong
  | Sync
  | Synced
  | TakeOver
  | Survey
  | Report
  | AcceptLoss
  | Forgotten

/** Numbers are a format. */
export const messageKinds = [
  'notification',
  'follower-info',
  'leader-info',
  'ack-epoch',
  'diff',
  'trunc',
  'propose',
  'inform',
  'ack',
  'new-leader',
  'ack-leader',
  'up-to-date',
  'commit',
  'ping',
  'pong',
  'sync',
  'synced',
  'take-over',
  'survey',
  'report',
  'accept-loss',
  'forgotten',
] as const
