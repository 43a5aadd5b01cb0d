// The reply to a command of which each group answered its part.

import { never } from '../base/assert.js'
import type { Gather } from '../api/command.js'
import type { Group } from '../api/group.js'
import { emptyArray, ok, type Reply } from '../api/reply.js'
import { mergePages } from '../api/scan.js'
import type { RouterState } from './state.js'

export function mergeReplies(gather: Gather, replies: readonly Reply[]): Reply {
  switch (gather) {
    case 'sum':
    case 'total':
      return replies.reduce<number>((sum, reply) => sum + Number(reply), 0)
    case 'ok':
      return ok
    case 'each':
      return replies[0] ?? null
    case 'union':
      return replies.flatMap((reply) => listOf(reply))
    case 'scan':
      return mergeScans(replies)
    case 'refuse':
    case 'keys':
    case 'random':
      return emptyArray
    default:
      return never(gather, 'a known way to gather')
  }
}

function mergeScans(replies: readonly Reply[]): Reply {
  const pages = replies.map((reply) => {
    const [cursor, keys] = listOf(reply)
    return { next: Number(cursor), keys: listOf(keys ?? null).map(String) }
  })
  const merged = mergePages(pages)
  return [String(merged.next), merged.keys]
}

/** One of the groups' random keys, weighted by how many keys each group has. */
export function pickRandom(
  state: RouterState,
  db: number,
  groups: readonly number[],
  replies: readonly Reply[],
): Reply {
  const weights = groups.map((group, index) =>
    replies[index] === null ? 0 : Math.max(1, (state.groups[group] as Group).keyCount(db)),
  )
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  if (total === 0) return null
  let drawn = state.random.below(total)
  for (let i = 0; i < weights.length; i++) {
    drawn -= weights[i] as number
    if (drawn < 0) return replies[i] ?? null
  }
  return null
}

export function listOf(reply: Reply): readonly Reply[] {
  return Array.isArray(reply) ? (reply as readonly Reply[]) : emptyArray
}
