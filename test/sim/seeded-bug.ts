// What a seeded bug is, and what the seeds that provoke it are like.

import type { Check } from './judge.js'
import type { FaultKind, ProfileHint } from './profile.js'

export interface SeededBug {
  readonly name: string
  /** What is wrong, in a sentence. */
  readonly what: string
  readonly checks: readonly Check[]
  readonly hint: ProfileHint
}

/** Leaders change often, logs differ. */
export const unrest: readonly FaultKind[] = [
  'crash-leader',
  'partition-leader',
  'partition-halves',
  'partition-one',
]
/** Machines lose power, all at once too. */
export const power: readonly FaultKind[] = ['crash-power', 'crash-all', 'crash-leader', 'disk-slow']
export const cuts: readonly FaultKind[] = [
  'partition-leader',
  'partition-one',
  'partition-one-way',
  'net-clog',
]
/** An election every moment. */
export const restless = { faultMeanUs: 100_000, electionMs: 150, thinkMeanUs: 60_000 }
export const busy = { members: 3, thinkMeanUs: 60_000, faultMeanUs: 250_000 }
/** Two members hold no replica, and their clients want what the others have. */
export const guests = { members: 5, placement: [[1, 2, 3]] }
/** Slots go from one group to the other and back. */
export const moving = { ...busy, moves: true, shards: 2, thinkMeanUs: 30_000, clients: 6 }
/** Members come and go. */
export const changing = { ...busy, members: 4, outside: 1 }
/** Whole members do. */
export const coming = { ...busy, members: 7, outside: 4, fleet: 3 }
/** Members merge, and hold one of two shard groups or both. */
export const placedApart = {
  ...busy,
  strategy: 'eventual',
  level: 'eventual',
  shards: 2,
  placement: [
    [1, 2, 3],
    [2, 3, 4],
  ],
} as const
/** And whole members come and go there. */
export const seated = { ...placedApart, members: 8, fleet: 4 } as const
/** A leader that was replaced still counts itself as one, and its clients go on reading there. */
export const deaf = { members: 3, electionMs: 150, thinkMeanUs: 150_000, clients: 12 }
/** Logs are cut often, so that lagging members need snapshots. */
export const shortLog = { checkpointLogBytes: 2_000, checkpointIntervalMs: 200 }

/** A committed entry is not where it must be: on a majority of disks, at a new leader, at everybody. */
export const lostCommit: readonly Check[] = [
  'committed-durable',
  'committed-prefix',
  'leader-completeness',
  'vote-justified',
]
export const transactional = {
  hotKeys: 2,
  reads: 40,
  prefixes: [''],
  valueBytes: 0,
  transactions: 60,
}
export const scripting = { hotKeys: 2, reads: 40, prefixes: ['', 'b:'], valueBytes: 0, scripts: 60 }
/** Of slots that move. */
export const moved = {
  ...{ hotKeys: 3, reads: 40, prefixes: [''], valueBytes: 0, isTagged: true },
}
export const queueing = { hotKeys: 2, reads: 40, prefixes: [''], valueBytes: 0, queues: 70 }
export const staleRead: readonly Check[] = ['read-index', 'linearizable']

export function bug(name: string, what: string, rest: Omit<SeededBug, 'name' | 'what'>): SeededBug {
  return { name, what, ...rest }
}
