// What status and INFO say of a group: one place that turns a strategy's status into words.

import type { KeyspaceConfig } from '../api/config.js'
import type { Engine } from '../api/engine.js'
import type { GroupReport } from '../api/group.js'
import type { GroupId } from '../api/ids.js'
import type { Position } from '../api/position.js'
import { decodeSlotState, describeLeaving } from '../api/slot-moves.js'
import type { StrategyStatus, Supports } from '../api/strategy.js'

export function reportOf(facts: {
  readonly id: GroupId
  readonly shard: number
  readonly keyspace: KeyspaceConfig
  readonly strategy: StrategyStatus | null
  readonly applied: Position
  readonly engine: Engine
  readonly keys: number
  readonly sight: { readonly supports: Supports }
  readonly halted: string
  readonly counters: Readonly<Record<string, number>>
}): GroupReport {
  const { keyspace, strategy, engine } = facts
  const health = healthOf(strategy, facts.halted)
  return {
    id: facts.id,
    keyspace: keyspace.name,
    shard: facts.shard,
    level: keyspace.level,
    strategy: keyspace.strategy,
    durability: keyspace.durability,
    leader: strategy?.leader ?? null,
    role: strategy?.role ?? 'recovering',
    term: strategy?.term ?? 0,
    era: strategy?.era ?? 0,
    index: strategy?.last.index ?? 0,
    applied: facts.applied.index,
    lag: strategy === null ? 0 : Math.max(0, strategy.commit.index - facts.applied.index),
    health,
    why: whyOf(strategy, facts.halted, health),
    loss: strategy?.loss ?? '',
    keys: facts.keys,
    memoryBytes: engine.memoryBytes,
    onlyHere:
      strategy === null || facts.sight.supports.ackMeans === 'quorum' ? 0 : onlyHereOf(strategy),
    ...movingOf(engine),
    voters: strategy?.members.voters ?? [],
    learners: strategy?.members.learners ?? [],
    outgoing: strategy?.members.outgoing ?? [],
    counters: { ...facts.counters, ...strategy?.counters },
  }
}

function movingOf({ moving }: Engine): Pick<GroupReport, 'moving' | 'progress'> {
  const text = moving?.state() ?? null
  const progress = moving?.progress?.() ?? null
  const state = text === null ? null : decodeSlotState(text)
  const said = state === null ? (moving?.note ?? '') : describeLeaving(state, progress)
  return { moving: said, ...(progress === null || said === '' ? {} : { progress }) }
}

function onlyHereOf({ peers, commit }: StrategyStatus): number {
  const others = peers.filter(({ state }) => state !== 'self')
  const held = others.reduce((most, { match }) => Math.max(most, match), 0)
  return Math.max(0, commit.index - held)
}

function healthOf(strategy: StrategyStatus | null, halted: string): GroupReport['health'] {
  if (halted !== '' || strategy?.role === 'halted') return 'halted'
  if (strategy === null || strategy.recovering !== null) return 'recovering'
  if (strategy.leader === null) return 'down'
  const missing = strategy.peers.some(
    (peer) => peer.state !== 'self' && (!peer.active || peer.recovering),
  )
  return missing || strategy.why !== '' ? 'degraded' : 'ok'
}

function whyOf(
  strategy: StrategyStatus | null,
  halted: string,
  health: GroupReport['health'],
): string {
  if (halted !== '') return halted
  if (strategy === null)
    return 'the member is loading its checkpoint or waits for the cluster to be born'
  if (strategy.why !== '') return strategy.why
  if (health === 'down') return 'the group has no leader'
  if (health !== 'degraded') return ''
  const names = strategy.peers
    .filter((peer) => peer.state !== 'self' && (!peer.active || peer.recovering))
    // Who was not heard yet may count as one that lost something.
    .map((peer) => `${peer.member}${peer.recovering && peer.active ? ' (recovering)' : ''}`)
  return `without members ${names.join(', ')}`
}

/** Keys of all databases. */
export function keyTotal(engine: Engine, databases: number): number {
  let total = 0
  for (let db = 0; db < databases; db++) total += engine.keyCount(db)
  return total
}
