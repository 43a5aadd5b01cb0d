// What the commands on sorted sets share: finding one, replies of entries, storing a result.

import type { later } from '../../../api/engine.js'
import { limits } from '../../../api/limits.js'
import { wrongType } from '../../../api/replies.js'
import type { ErrorReply, Reply } from '../../../api/reply.js'
import type { Context, Machine } from '../../context.js'
import type { Value } from '../../values/value.js'
import { zsetEncodings, type ZsetValue } from '../../values/zset.js'

/** A key's value as a sorted set, null where there is none. */
export function asZset(value: Value | undefined): ZsetValue | ErrorReply | null {
  if (value === undefined) return null
  return typeof value !== 'string' && value.type === 'zset' ? value : wrongType
}

/** Runs a machine: in one go where it visits few elements. Keys were looked up before. */
export function runMachine(
  context: Context,
  machine: Machine,
  elements: number,
): Reply | typeof later {
  if (elements > limits.stepElements) return context.begin(machine)
  return machine.step(Number.MAX_SAFE_INTEGER)
}

export function double(value: number): Reply {
  return { type: 'double', value }
}

/** Member and score by turns. */
export function withScores(members: readonly string[], scores: readonly number[]): Reply[] {
  const items: Reply[] = []
  for (let i = 0; i < members.length; i++) {
    items.push(members[i] as string, { type: 'double', value: scores[i] as number })
  }
  return items
}

/** Each member with its score as an array of its own, in both protocols. */
export function entryReplies(members: readonly string[], scores: readonly number[]): Reply[] {
  return members.map((member, i): Reply => [member, double(scores[i] as number)])
}

/** Puts a result, which no key holds yet, into `key`; an empty one removes the key. The number of its entries. */
export function storeZset(
  context: Context,
  key: string,
  what: { readonly zset: ZsetValue; readonly event: string },
): number {
  const { zset, event } = what
  if (zset.body.size > 0) {
    context.effects.put(key, zset, event)
    return zset.body.size
  }
  if (context.findStored(key) !== undefined) context.effects.remove(key, 'del')
  return 0
}

/** A result that was built as a skiplist becomes a listpack where it is small enough. */
export function compact(context: Context, zset: ZsetValue, memberBytesMax: number): void {
  if (!context.keyspace.compact.fitsZset(zset.body.size, memberBytesMax)) return
  const members: string[] = []
  const scores: number[] = []
  zset.read({ from: 0, count: zset.body.size, isReverse: false }, members, scores)
  zset.encoding = zsetEncodings.listpack
  scores.forEach((score, i) => {
    const member = members[i] as string
    if (Object.is(score, -0)) context.effects.zsets.set('', zset, { member, score: 0 })
  })
}
