// What the oracle of a group whose members merge is told of its world.

import type { Durability } from '../../../src/api/config.js'
import type { MemberId } from '../../../src/api/ids.js'
import type { Judge } from '../judge.js'
import type { MergingOracle } from './oracle.js'

export interface MergingOracleOptions {
  readonly judge: Judge
  readonly members: number
  readonly durability: Durability
  /** How far ahead of a member's clock an entry may be that it takes, milliseconds. */
  readonly skewMs: number
  /** All groups: those of a keyspace share a clock. */
  readonly all: () => readonly MergingOracle[]
  /** Who is a member: of others nothing counts as kept, and nothing is asked. */
  readonly isPresent: (member: MemberId) => boolean
  /** Keys of the load that operations change. */
  readonly keysOf: (ops: Uint8Array) => readonly string[]
}
