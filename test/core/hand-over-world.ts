// A cluster of two placed shard groups of an eventual keyspace, for stories of slots that move between them.

import { handsSince } from '../../src/api/cluster-version.js'
import type { Durability } from '../../src/api/config.js'
import type { MemberId } from '../../src/api/ids.js'
import { keySlot } from '../../src/base/keyslot.js'
import { type Client, CoreWorld, keyspace } from './core-world.js'

type Placement = readonly (readonly number[])[]

export const apart: Placement = [
  [1, 2],
  [3, 4],
]
export const shared: Placement = [
  [1, 2, 3],
  [2, 3, 4],
]

export function placedWorld(placement: Placement, durability: Durability = 'always'): CoreWorld {
  const shardGroups = placement.map((ids, id) => {
    return { id, weight: 1, members: ids as readonly MemberId[] }
  })
  const space = keyspace('default', [])
  const w = new CoreWorld({
    members: 4,
    keyspaces: [{ ...space, level: 'eventual', strategy: 'eventual', durability }],
    config: () => ({ shards: placement.length, shardGroups }),
  })
  w.until(
    () =>
      w.members.every(({ core }) => {
        const seen = core?.inspect()
        return seen?.isServing() === true && (seen.topology.version ?? 1) >= handsSince
      }),
    20_000,
  )
  return w
}

export function run(w: CoreWorld, client: Client, lines: readonly string[]): readonly string[] {
  const from = client.replies.length
  for (const line of lines) {
    client.send(line)
    w.until(() => client.replies.length === client.sent, 20_000)
  }
  return client.replies.slice(from)
}

export function isMoving(w: CoreWorld): boolean {
  return w.members.some(({ core }) => (core?.inspect().topology.moves ?? []).length > 0)
}

export const keys = Array.from({ length: 40 }, (_, i) => `k${i}`)
export const low = keys.filter((key) => keySlot(key) < 8_192)
