// TTL, PTTL, EXPIRETIME and PEXPIRETIME: -2 without the key, -1 without a time to live.

import type { Reply } from '../../../api/reply.js'
import type { Context } from '../../context.js'

export function timeOf(
  context: Context,
  args: readonly string[],
  unit: { readonly isAbsolute: boolean; readonly scale: 1 | 1000 },
): Reply {
  const key = args[1] as string
  if (context.lookupStored(key) === undefined) return -2
  const at = context.expiryOf(key)
  if (at === null) return -1
  const time = unit.isAbsolute ? at : Math.max(0, at - context.present)
  return unit.scale === 1 ? time : Math.floor((time + 500) / 1000)
}
