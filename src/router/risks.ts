// What could go wrong next, by keyspace: how many members more may be missing before it takes no writes, and what
// only this member holds. What this member sees, nothing else.

import type { GroupReport } from '../api/group.js'
import type { RouterState } from './state.js'

export interface KeyspaceRisk {
  readonly name: string
  /** The worst of its groups. */
  readonly health: GroupReport['health']
  /** Members that may go, and each group still takes writes; 0 also where one does not take any. */
  readonly spare: number
  /** Entries that no other member is known to hold. */
  readonly onlyHere: number
}

/** From well to worst. */
const healths: readonly GroupReport['health'][] = ['ok', 'degraded', 'recovering', 'down', 'halted']

export function risksOf(state: RouterState): readonly KeyspaceRisk[] {
  const risks = new Map<string, KeyspaceRisk>()
  for (const group of state.groups) {
    if (group.isGone === true) continue
    const { health, onlyHere, voters } = group.report()
    const held = state.shards.holdersOf(group)
    const members = voters.length === 0 ? held : held.filter(({ id }) => voters.includes(id))
    const connected = members.filter(({ connected }) => connected).length
    const needed = isMerged(group.keyspace, state) ? 1 : Math.floor(members.length / 2) + 1
    const spare = health === 'down' || health === 'halted' ? 0 : Math.max(0, connected - needed)
    const other = risks.get(group.keyspace)
    risks.set(group.keyspace, {
      name: group.keyspace,
      health: worse(health, other?.health ?? 'ok'),
      spare: Math.min(spare, other?.spare ?? spare),
      onlyHere: onlyHere + (other?.onlyHere ?? 0),
    })
  }
  return [...risks.values()]
}

/** Any member takes its writes. */
function isMerged(keyspace: string, { groups }: RouterState): boolean {
  return groups.find((each) => each.keyspace === keyspace)?.sight?.supports.ackMeans === 'local'
}

function worse(a: GroupReport['health'], b: GroupReport['health']): GroupReport['health'] {
  return healths.indexOf(a) > healths.indexOf(b) ? a : b
}
