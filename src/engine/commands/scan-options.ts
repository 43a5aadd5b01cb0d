// Options of SCAN's family.

import { notInteger, syntaxError } from '../../api/replies.js'
import type { ErrorReply } from '../../api/reply.js'
import { parseClamped } from '../values/integer.js'

export interface ScanOptions {
  count: number
  pattern: string | null
  /** TYPE of SCAN. */
  typeName: string | null
  /** NOVALUES of HSCAN. */
  noValues: boolean
}

/** Reads the options from `args[from]` on; `own` names the one that only this command has. */
export function parseScanOptions(
  args: readonly string[],
  from: number,
  own: 'TYPE' | 'NOVALUES' | null,
): ScanOptions | ErrorReply {
  const options: ScanOptions = { count: 10, pattern: null, typeName: null, noValues: false }
  for (let i = from; i < args.length; i++) {
    const word = (args[i] as string).toUpperCase()
    if (word === 'NOVALUES' && own === word) {
      options.noValues = true
      continue
    }
    const value = args[++i]
    if (value === undefined) return syntaxError
    if (word === 'COUNT') {
      const count = parseClamped(value)
      if (count === null) return notInteger
      if (count < 1) return syntaxError
      options.count = count
    } else if (word === 'MATCH') options.pattern = value === '*' ? null : value
    else if (word === 'TYPE' && own === word) options.typeName = value.toLowerCase()
    else return syntaxError
  }
  return options
}
