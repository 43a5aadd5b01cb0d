// What a connection's level (QUORATE CONSISTENCY) makes of the reads of each group: weaker wherever it may,
// stronger where the strategy can, refused where it cannot. Writes keep the level of their keyspace.

import type { KeyspaceConfig, Level } from '../../api/config.js'
import type { Group } from '../../api/group.js'
import { levelRefused } from '../../api/replies.js'
import type { ErrorReply } from '../../api/reply.js'
import type { ReadLevel, Supports } from '../../api/strategy.js'
import type { RouterState } from '../state.js'

/** Reads of one group. */
export interface ReadTerm {
  /** What its reads answer. */
  readonly shows: Level
  /** What the group is asked for; undefined for what its keyspace promises. */
  readonly level: ReadLevel | undefined
  readonly refusal: ErrorReply | null
}

export function keyspaceOf({ config, groups }: RouterState, index: number): KeyspaceConfig {
  const { keyspace } = groups[index] as Group
  return config.keyspaces.find(({ name }) => name === keyspace) as KeyspaceConfig
}

/** By index of the group; null asks for what the keyspaces promise. */
export function readTerms(state: RouterState, asked: Level | null): readonly ReadTerm[] {
  return state.groups.map((group, index) => {
    const keyspace = keyspaceOf(state, index)
    const plain: ReadTerm = { shows: keyspace.level, level: undefined, refusal: null }
    if (asked === null || group.sight === undefined) return plain
    const isOneOfMany = state.groups.some(
      (each, at) => each !== group && each.keyspace === group.keyspace && !neverWas(state, at),
    )
    // Another replica may answer the next read, and nobody knows what it has of what this one showed.
    const isSplit =
      isOneOfMany || (group.isRemote === true && group.sight.supports.order !== 'total')
    const { supports } = group.sight
    return supports.order === 'total'
      ? totalTerm(keyspace, { asked, supports, isSplit })
      : mergedTerm(keyspace, { asked, supports, isSplit })
  })
}

/** One that is gone was: what a connection saw there is in others, which this member may not show yet. */
function neverWas({ groups, route }: RouterState, index: number): boolean {
  return groups[index]?.isGone === true && route.isRooted(index)
}

interface Asked {
  readonly asked: Level
  readonly supports: Supports
  /** The keyspace has several groups. */
  readonly isSplit: boolean
}

function totalTerm(keyspace: KeyspaceConfig, { asked, supports, isSplit }: Asked): ReadTerm {
  const { level } = keyspace
  // The order of one group is not one of them all: causes in another one are seen by strong reads only.
  const wanted = asked === 'causal' ? (isSplit ? 'strong' : 'sequential') : asked
  const keeps: ReadTerm = { shows: level, level: undefined, refusal: null }
  if (wanted === 'strong') {
    if (level === 'strong') return keeps
    if (supports.reads.includes('linearizable'))
      return { shows: 'strong', level: 'linearizable', refusal: null }
    return { ...keeps, refusal: levelRefused({ asked, isSplit: false, ...named(keyspace) }) }
  }
  if (level !== 'strong' || !supports.reads.includes('sequential')) return keeps
  return { shows: 'sequential', level: 'sequential', refusal: null }
}

function mergedTerm(keyspace: KeyspaceConfig, { asked, supports, isSplit }: Asked): ReadTerm {
  const { level } = keyspace
  const keeps: ReadTerm = { shows: level, level: undefined, refusal: null }
  if (asked === 'eventual' || asked === level) return keeps
  // Within one group entries come behind their causes at either level.
  const has = asked === 'causal' && supports.reads.includes('causal')
  if (has && !isSplit) return { ...keeps, shows: 'causal', level: 'causal' }
  return { ...keeps, refusal: levelRefused({ asked, isSplit: has, ...named(keyspace) }) }
}

function named({ name, level, strategy }: KeyspaceConfig) {
  return { keyspace: name, level, strategy }
}
