// Clusters of keyspaces of which some move their slots and others do not, with keys in all of them.

import type { KeyspaceConfig } from '../../src/api/config.js'
import { type CoreWorld, keyspace } from './core-world.js'
import { reply } from './joining-world.js'

export const merged = { level: 'eventual', strategy: 'eventual' } as const

/** As the README begins: locks, sessions, and a cache for the rest. */
export function spaces(last: Partial<KeyspaceConfig> = merged): readonly KeyspaceConfig[] {
  return [
    keyspace('locks', ['lock:']),
    { ...keyspace('sessions', ['session:']), level: 'sequential', strategy: 'zab' },
    { ...keyspace('default', []), ...last },
  ]
}

export const keys = ['lock:', 'session:', ''].flatMap((prefix) =>
  Array.from({ length: 30 }, (_, at) => `${prefix}${at}`),
)

export function replies(w: CoreWorld, id: number, lines: readonly string[]): readonly string[] {
  const client = w.client(id)
  client.send(...lines)
  if (!w.until(() => client.replies.length >= lines.length)) throw new Error('no answers')
  return client.replies
}

export function fill(w: CoreWorld, id: number): void {
  const lines = keys.map((key) => `SET ${key} ${key}`)
  const wrong = replies(w, id, lines).filter((each) => each !== '+OK')
  if (wrong.length > 0) throw new Error(wrong.join())
}

/** Keys that a client of this member does not find. */
export function lacking(w: CoreWorld, id: number): string[] {
  const lines = keys.map((key) => `GET ${key}`)
  const found = replies(w, id, lines)
  return keys.filter((key, at) => found[at] !== `$${key}`)
}

export function isStill(w: CoreWorld): boolean {
  const known = w.members.flatMap(({ core }) => core?.inspect().topology ?? [])
  const epochs = new Set(known.map(({ epoch }) => epoch).filter((epoch) => epoch > 0))
  return epochs.size === 1 && known.every(({ moves }) => (moves ?? []).length === 0)
}

export function topologyAt(w: CoreWorld, id: number) {
  return w.member(id).core?.inspect().topology
}

export function serve(w: CoreWorld, ...ids: readonly number[]): boolean {
  return w.until(() => ids.every((id) => w.member(id).core?.inspect().isServing() === true))
}

/** Every key once, by what lists them all. */
export function listings(w: CoreWorld, id: number): readonly unknown[] {
  const client = w.client(id)
  const listed = new Set<string>()
  let [cursor, scanned] = ['0', 0]
  do {
    const page = reply(w, client, `SCAN ${cursor} COUNT 1000`)
    const [, next = '0', , ...found] = page.split(' ')
    cursor = next.replace('$', '')
    for (const each of found) listed.add(each)
    scanned += found.length
  } while (cursor !== '0' && scanned < 1_000)
  return [reply(w, client, 'DBSIZE'), reply(w, client, 'KEYS *').split(' ').length - 1]
}

export const all = [`:${keys.length}`, keys.length]
