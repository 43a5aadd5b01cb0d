// Slots that move, in the simulator: SH1 and SH2 at rest. That nothing is lost, doubled or shown twice while they move
// is what the history of the clients is judged by.

import type { SlotState } from '../../src/api/slot-moves.js'
import { ownersOf } from '../../src/api/slot-plan.js'
import type { Topology } from '../../src/api/topology.js'
import type { MemberId } from '../../src/api/ids.js'
import { firstEra } from './eras.js'
import type { EraStamp } from './history.js'
import type { GroupOracle } from './oracle.js'
import { keyspaceCount } from './placement.js'
import type { World } from './world.js'

/** Each slot has one owner, the topology names it, and both groups of a pair agree on how often slots changed hands. */
export function judgeOwners(world: World, topology: Topology): void {
  const { judge, profile } = world
  const keyspaces = keyspaceCount(profile)
  const states = new Map<number, SlotState>()
  for (const { reactor } of world.members) {
    for (const view of reactor?.views() ?? [])
      if (view.slots !== undefined) states.set(view.id, view.slots)
  }
  const owners = ownersOf(topology)
  for (const [id, own] of states) {
    const [space, shard] = [id % keyspaces, Math.floor(id / keyspaces)]
    if (topology.shards[shard]?.out === 'gone') continue
    judge.hold(
      own.leaving === null && own.importing === null,
      'slots',
      () => `shard group ${shard} still moves slots: ${JSON.stringify(own)}`,
    )
    for (const [from, to] of own.gone) {
      for (let slot = from; slot <= to; slot++) {
        judge.hold(owners[slot] !== shard, 'slots', () => `slot ${slot} has no owner`)
      }
    }
    for (const { shard: to, count: went } of own.went) {
      const other = states.get(to * keyspaces + space)
      if (other === undefined || topology.shards[to]?.out === 'gone') continue
      const came = other.came.find((each) => each.shard === shard)?.count ?? 0
      judge.hold(went === came, 'slots', () => `${went} hand-overs went, ${came} came`)
      judge.mark('hand-overs', came)
    }
  }
}

/** Eras of all groups as one that goes on with each of them; 0 where the member is not in the last one of each. */
export function stampOfAll(oracles: readonly GroupOracle[], id: MemberId): EraStamp {
  const now = (): number => {
    const eras = oracles.map((oracle) => oracle.eraOf(id))
    return eras.includes(0) ? 0 : eras.reduce((sum, era) => sum + era - firstEra, firstEra)
  }
  return { era: now(), now }
}
