// Three members that are a cluster, and a fourth one that is started beside them.

import type { MemberId } from '../../src/api/ids.js'
import { type Client, CoreWorld } from './core-world.js'

export function listed(...ids: readonly number[]) {
  return ids.map((id) => ({
    id: id as MemberId,
    name: `m${id}`,
    client: { host: '127.0.0.1', port: 7000 + id },
    peer: { host: '127.0.0.1', port: 17_000 + id },
  }))
}

/** Three members are a cluster, a fourth one has been started beside them. */
export function world(config: object | ((id: number) => object) = {}): CoreWorld {
  const w = new CoreWorld({
    members: 4,
    config: (id) => ({
      members: id === 4 ? listed(1, 4) : listed(1, 2, 3),
      ...(typeof config === 'function' ? config(id) : config),
    }),
  })
  if (!w.until(() => w.member(1).core?.inspect().topology.epoch === 1)) throw new Error('no birth')
  return w
}

/** One keyspace; the topology's group is one of raft always. */
export function keyspaceOf(strategy: string): object {
  const rest = { prefixes: [], databases: null, durability: 'always', maxMemory: 0, options: {} }
  return { keyspaces: [{ name: 'default', level: 'strong', strategy, ...rest }] }
}

export function run(w: CoreWorld, steps: number): void {
  for (let i = 0; i < steps; i++) w.step()
}

export function reply(w: CoreWorld, client: Client, line: string): string {
  const before = client.replies.length
  client.send(line)
  if (!w.until(() => client.replies.length > before)) throw new Error(`no answer to ${line}`)
  return client.replies[before] as string
}

/** Voters and learners of every group at a member, the topology's last; a member alone shows what it has. */
export function lists(w: CoreWorld, id: number): string[] {
  const found = w.member(id).core?.inspect()
  if (found === undefined) return []
  return [...found.groups, found.topology.group].map(({ status }) => {
    const { voters, learners, outgoing } = status?.members ?? { voters: [], learners: [] }
    const sorted = [...voters].sort((a, b) => a - b)
    return `${sorted.join()}/${learners.join()}${outgoing === undefined ? '' : '/joint'}`
  })
}

/** All groups of these members have these voters, and nobody else. */
export function become(w: CoreWorld, ...ids: readonly number[]): boolean {
  const wanted = `${ids.join()}/`
  return w.until(() => ids.every((id) => lists(w, id).every((list) => list === wanted)))
}

export const digests = (w: CoreWorld, ids: readonly number[]): unknown[] =>
  ids.map((id) =>
    w
      .member(id)
      .core?.inspect()
      .groups.map((group) => group.digest()),
  )
