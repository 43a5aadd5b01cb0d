// The size of replies, for the bounds on what is kept or sent of them.

import type { Reply } from '../api/reply.js'

/** About the bytes that a reply takes encoded. */
export function estimate(reply: Reply): number {
  if (typeof reply === 'string') return reply.length + 8
  if (typeof reply !== 'object' || reply === null) return 8
  if ('type' in reply) {
    if (reply.type === 'map') return estimate(reply.pairs)
    if (
      reply.type === 'set' ||
      reply.type === 'push' ||
      reply.type === 'pairs' ||
      reply.type === 'table'
    )
      return estimate(reply.items)
    return reply.type === 'long' ? estimate(reply.runs) : 8
  }
  let bytes = 8
  for (let i = 0; i < reply.length; i++) bytes += estimate(reply[i] as Reply)
  return bytes
}
