// RENAME and RENAMENX: the value goes to the new name with its time to live.

import type { Context } from '../../context.js'
import type { Value } from '../../values/value.js'

export function moveKey(
  context: Context,
  move: { readonly key: string; readonly target: string; readonly value: Value },
): void {
  const at = context.expiryOf(move.key)
  const { effects } = context
  effects.remove(move.key, '')
  if (context.findStored(move.target) !== undefined) effects.renewed(move.target)
  effects.put(move.target, move.value, '')
  if (at !== null) effects.expire(move.target, at, '')
  effects.notify('rename_from', move.key)
  effects.notify('rename_to', move.target)
}
