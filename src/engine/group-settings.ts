// What CONFIG SET gives every group to keep: bounds of memory and sizes, in hidden keys beside the order of the
// databases, so that checkpoints, snapshots and the digest have them, and every leader goes by the same.

import { evictionPolicies } from '../api/eviction.js'
import { type GroupSettings, isGroupSetting, sizeNames, sizesFirst } from '../api/group-settings.js'
import { syntaxError } from '../api/replies.js'
import { ok, type Reply } from '../api/reply.js'
import type { Context } from './context.js'
import type { Keyspace } from './keyspace.js'
import { placesDb } from './place-key.js'

/** Keeps names and values; all are checked where they are given. */
export function keepSettings(context: Context, pairs: readonly string[]): Reply {
  const { db } = context
  context.select(placesDb)
  let reply: Reply = ok
  for (let i = 0; i < pairs.length; i += 2) {
    const name = pairs[i] as string
    if (isGroupSetting(name)) context.effects.put(name, pairs[i + 1] ?? '', '')
    else reply = syntaxError
  }
  context.select(db)
  return reply
}

export function keptSettings(keyspace: Keyspace): GroupSettings {
  const find = (name: string): string | null => {
    const value = keyspace.find(placesDb, name)?.map.get(name)
    return typeof value === 'string' ? value : null
  }
  const policy = find('maxmemory-policy')
  const sizes = { ...sizesFirst } as Record<keyof typeof sizesFirst, number>
  for (const name of sizeNames) sizes[name] = numberOf(find(name)) ?? sizes[name]
  return {
    maxMemory: numberOf(find('maxmemory')),
    policy: evictionPolicies.find((each) => each === policy) ?? null,
    samples: numberOf(find('maxmemory-samples')),
    sizes,
  }
}

function numberOf(text: string | null): number | null {
  const value = Number(text ?? 'none')
  // What is beyond the exact integers is as much as any data can be.
  return Number.isInteger(value) && value >= 0 ? Math.min(value, Number.MAX_SAFE_INTEGER) : null
}
