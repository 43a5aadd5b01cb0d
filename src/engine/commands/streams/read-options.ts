// The options of XREAD and XREADGROUP.

import { error, notInteger, syntaxError } from '../../../api/replies.js'
import type { ErrorReply } from '../../../api/reply.js'
import { parseClamped } from '../../values/integer.js'

export interface ReadOptions {
  /** Entries of each stream at most, 0 for all. */
  count: number
  /** Milliseconds to wait, 0 for ever, -1 not at all. */
  blockMs: number
  noAck: boolean
  group: string | null
  consumer: string
  keys: readonly string[]
  ids: readonly string[]
}

const notTimeout = error('ERR timeout is not an integer or out of range')
const negativeTimeout = error('ERR timeout is negative')
const groupOnly = error(
  'ERR The GROUP option is only supported by XREADGROUP. You called XREAD instead.',
)
const noAckOnly = error(
  'ERR The NOACK option is only supported by XREADGROUP. You called XREAD instead.',
)
const groupMissing = error('ERR Missing GROUP option for XREADGROUP')

const unbalanced = error(
  "ERR Unbalanced XREAD list of streams: for each stream key an ID or '$' must be specified.",
)

export function parseRead(args: readonly string[], isGroup: boolean): ReadOptions | ErrorReply {
  const options: ReadOptions = {
    count: 0,
    blockMs: -1,
    noAck: false,
    group: null,
    consumer: '',
    keys: [],
    ids: [],
  }
  for (let i = 1; i < args.length; i++) {
    const word = (args[i] as string).toUpperCase()
    const more = args.length - 1 - i
    if (word === 'BLOCK' && more > 0) {
      const given = parseClamped(args[++i] as string)
      if (given === null) return notTimeout
      if (given < 0) return negativeTimeout
      options.blockMs = given
    } else if (word === 'COUNT' && more > 0) {
      const given = parseClamped(args[++i] as string)
      if (given === null) return notInteger
      options.count = Math.max(0, given)
    } else if (word === 'STREAMS' && more > 0) {
      if (more % 2 !== 0) return unbalanced
      options.keys = args.slice(i + 1, i + 1 + more / 2)
      options.ids = args.slice(i + 1 + more / 2)
      break
    } else if (word === 'GROUP' && more >= 2) {
      if (!isGroup) return groupOnly
      options.group = args[i + 1] as string
      options.consumer = args[i + 2] as string
      i += 2
    } else if (word === 'NOACK') {
      if (!isGroup) return noAckOnly
      options.noAck = true
    } else return syntaxError
  }
  if (options.keys.length === 0) return syntaxError
  return isGroup && options.group === null ? groupMissing : options
}
