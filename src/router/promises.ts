// What a keyspace promises, in words: what an OK means, what a read may answer, what a part of the
// cluster without a majority still does. QUORATE EXPLAIN says it of a key.

import type { Durability, Level } from '../api/config.js'

/** What is known of a group that promises something. */
export interface PromiseTerms {
  readonly level: Level
  readonly durability: Durability
  /** Members that hold the data. */
  readonly members: number
  /** The member that is asked is none of them. */
  readonly isRemote?: boolean
}

export interface Promises {
  /** What an OK to a write means. */
  readonly ok: string
  /** What a read answers. */
  readonly read: string
  /** What members without a majority of the others do. */
  readonly minority: string
}

const kept: Readonly<Record<Durability, string>> = {
  always: 'synced to disk',
  everysec: 'in memory and written, synced within a second',
  none: 'in memory',
}

const readsOf: Readonly<Record<Level, string>> = {
  strong: 'every write that was answered before it, at whichever member',
  sequential:
    'the state of the member that is asked, which goes through all writes in one order; the writes of its own connection are in it',
  causal:
    'the state of the member that is asked, with all that its own connection wrote or read before, and what that hung on',
  eventual: 'the state of the member that is asked; writes of others come when they come',
}

const servedRead =
  'the state of the member that serves this one; another one may take its place, which gets writes when they come'

/** The promises of a group. */
export function promisesOf({ level, durability, members, isRemote }: PromiseTerms): Promises {
  const local = level === 'causal' || level === 'eventual'
  const isServed = local && isRemote === true
  const read = isServed ? servedRead : readsOf[level]
  if (members === 1) {
    return { ok: `the only member has it ${kept[durability]}`, read, minority: 'there is none' }
  }
  const majority = Math.floor(members / 2) + 1
  if (!local) {
    return {
      ok: `${majority} of ${members} members have it ${kept[durability]}; it has one place in the order of all writes`,
      read,
      minority:
        level === 'strong'
          ? 'refuses writes and reads'
          : 'refuses writes, and answers reads as of the last write that it saw',
    }
  }
  return {
    ok: `the member that ${isServed ? 'serves this one' : 'was asked'} has it ${kept[durability]}; the others get it later and merge it with what was written meanwhile. NX, XX, WATCH and locks hold on that member only`,
    read,
    minority: 'goes on with reads and writes',
  }
}
