// QUORATE TOPOLOGY: what must be the same at every member, as this member knows it, as JSON.

import { type Topology, versionOf } from '../../api/topology.js'
import { admin, type RouterCommand } from '../command.js'
import { shownMoves } from '../shown-moves.js'
import type { RouterState } from '../state.js'

/** Their values are for nobody's eyes. */
const secret: ReadonlySet<string> = new Set(['requirepass'])

/** As `quorate topology --json` prints it; passwords are left out, of users their names are told. */
export function shownTopology(
  topology: Topology,
  groups: RouterState['groups'],
): Record<string, unknown> {
  const { epoch, members, shards, slots, rooted, settings, users, changes } = topology
  return {
    epoch,
    version: versionOf(topology),
    members,
    shards: shards.map((shard) => ({ ...shard, slots: slotsOf(topology, shard.id) })),
    slots,
    ...(rooted === undefined ? {} : { staying: rooted }),
    moves: shownMoves(topology, groups),
    settings: settings.map(([name, value]) => [name, secret.has(name) ? '***' : value]),
    users: users.map(([name, rules]) => [name, rules === null ? 'removed' : 'changed']),
    changes,
  }
}

function slotsOf({ slots }: Topology, shard: number): number {
  let count = 0
  for (const [from, to, owner] of slots) if (owner === shard) count += to - from + 1
  return count
}

export default {
  ...admin,
  flags: ['loading', 'stale', 'allow_busy'],
  categories: ['@slow'],
  name: 'quorate|topology',
  arity: 2,
  since: '0.1.0',
  summary:
    'Answers members, shard groups, slots and what was set for the whole cluster, with its epoch, as JSON.',
  tips: ['nondeterministic_output'],
  run: (_session, _args, state) =>
    JSON.stringify(shownTopology(state.cluster.topology, state.groups)),
} satisfies RouterCommand
