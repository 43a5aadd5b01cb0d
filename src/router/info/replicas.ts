// The other members as INFO and ROLE show them: every member takes writes, so to its clients each is a
// master and the others are its replicas.

import type { MemberId } from '../../api/ids.js'
import type { RouterState } from '../state.js'

export interface Replica {
  readonly id: MemberId
  readonly address: string
  readonly host: string
  readonly port: number
  /** What it is known to hold: entries of all groups, as the leader of each group knows; else 0. */
  readonly offset: number
}

/** Members that are connected, save for this one. */
export function replicas(state: RouterState): readonly Replica[] {
  const { members, self } = state.cluster
  return members
    .filter((member) => member.id !== self && member.connected)
    .map(({ id, address }) => {
      const colon = address.lastIndexOf(':')
      const offset = state.groups.reduce((sum, group) => sum + (group.heldBy?.(id) ?? 0), 0)
      return {
        id,
        address,
        host: address.slice(0, colon),
        port: Number(address.slice(colon + 1)),
        offset,
      }
    })
}
