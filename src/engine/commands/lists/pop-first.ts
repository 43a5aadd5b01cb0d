// LMPOP and its blocking form: pops from the first list that has elements.

import type { later } from '../../../api/engine.js'
import { countPositive, numkeysPositive, syntaxError } from '../../../api/replies.js'
import { type ErrorReply, nullArray, type Reply } from '../../../api/reply.js'
import type { Context } from '../../context.js'
import { parseClamped } from '../../values/integer.js'
import { findList, parseSide, type Side } from './list.js'
import { popMany } from './pop-many.js'

export interface PopFirst {
  readonly keys: readonly string[]
  readonly side: Side
  readonly count: number
}

/** Reads numkeys key [key ...] LEFT|RIGHT [COUNT count] from `args[from]` on. */
export function parsePopFirst(args: readonly string[], from: number): PopFirst | ErrorReply {
  const numkeys = parseClamped(args[from] as string)
  if (numkeys === null || numkeys < 1) return numkeysPositive
  const at = from + 1 + numkeys
  if (at >= args.length) return syntaxError
  const side = parseSide(args[at] as string)
  if (side === null) return syntaxError
  let count = -1
  for (let i = at + 1; i < args.length; i += 2) {
    const isCount = (args[i] as string).toUpperCase() === 'COUNT'
    if (!isCount || count >= 0 || i + 1 >= args.length) return syntaxError
    const given = parseClamped(args[i + 1] as string)
    if (given === null || given < 1) return countPositive
    count = given
  }
  return { keys: args.slice(from + 1, at), side, count: count < 0 ? 1 : count }
}

export function popFirst(context: Context, { keys, side, count }: PopFirst): Reply | typeof later {
  for (const key of keys) {
    const list = findList(context, key)
    if (list === null) continue
    if (list.type === 'error') return list
    return popMany(context, key, { list, side, count }, (items) => [key, items])
  }
  return nullArray
}
