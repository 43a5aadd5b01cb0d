// The sentence for a value that is none.

import { error } from '../api/replies.js'
import type { ErrorReply } from '../api/reply.js'

export function wrongValue(what: string, given: string, allowed: string): ErrorReply {
  return error(`ERR ${what}: given ${given.slice(0, 64)}, allowed: ${allowed}`)
}
