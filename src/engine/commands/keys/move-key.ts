// RENAME and RENAMENX: the value goes to the new name with its time to live.

import type { Context } from '../../context.js'
import type { Value } from '../../values/value.js'

export function moveKey(
  context: Context,
  move: { readonly key: string; readonly target: string; readonly value: Value },
): void {
  const at = context.expiryOf(move.key)
  context.effects.remove(move.key, 'rename_from')
  context.effects.put(move.target, move.value, 'rename_to')
  if (at !== null) context.effects.expire(move.target, at, 'expire')
}
