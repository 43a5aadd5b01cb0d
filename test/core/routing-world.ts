// Whole cores of several shard groups whose clients go by slots: what tests of the map and of redirections build.

import type { KeyspaceConfig } from '../../src/api/config.js'
import { keySlot } from '../../src/base/keyslot.js'
import { SlotMap } from '../../src/slots/map.js'
import { type Client, CoreWorld, keyspace } from './core-world.js'

export const shards = 4
export const slots = SlotMap.even(shards)

export function makeWorld(spaces?: readonly KeyspaceConfig[]): CoreWorld {
  const keyspaces = spaces ?? [keyspace('default', [])]
  const w = new CoreWorld({
    keyspaces,
    config: () => ({
      shards,
      listeners: [
        { name: 'resp', door: 'resp', host: '127.0.0.1', port: 1, path: null, routing: 'cluster' },
      ],
    }),
  })
  w.settled()
  pass(w, 300)
  return w
}

export function pass(w: CoreWorld, steps: number): void {
  w.until(() => false, steps)
}

export function ask(w: CoreWorld, client: Client, ...lines: readonly string[]): readonly string[] {
  const from = client.replies.length
  client.send(...lines)
  w.until(() => client.replies.length === client.sent, 5_000)
  return client.replies.slice(from)
}

/** A key of a shard group. */
export function keyOf(shard: number, prefix = ''): string {
  let n = 0
  while (slots.shardOf(keySlot(`${prefix}k${n}`)) !== shard) n++
  return `${prefix}k${n}`
}

/** The leader of each shard group as CLUSTER SLOTS of a member has it. */
export function leaders(w: CoreWorld, client: Client): readonly string[] {
  const [reply] = ask(w, client, 'cluster slots') as [string]
  return [...reply.matchAll(/\*\d :(\d+) :(\d+) \*4 \$(\S+) :(\d+)/g)].map(
    ([, from, to, host, port]) => `${from}-${to} ${host}:${port}`,
  )
}

export function addressOf(w: CoreWorld, client: Client, id: number): string {
  const [nodes] = ask(w, client, 'cluster nodes') as [string]
  const lines = nodes.slice(1).trim().split('\n')
  return (lines[id - 1] as string).split(' ')[1]?.split('@')[0] as string
}
