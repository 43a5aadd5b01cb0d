// The options of SORT and SORT_RO, and the keys among them.

import { notInteger, syntaxError } from '../../../api/replies.js'
import type { ErrorReply } from '../../../api/reply.js'
import { parseClamped } from '../../values/integer.js'

export interface SortOptions {
  isDescending: boolean
  isAlpha: boolean
  /** Pattern of the keys to sort by; null to sort by the elements. */
  by: string | null
  /** A pattern without an asterisk was given: the order stays as it is. */
  isUnsorted: boolean
  gets: string[]
  offset: number
  /** Below zero for all. */
  count: number
  store: string | null
}

export function parseSort(args: readonly string[], isReadOnly: boolean): SortOptions | ErrorReply {
  const options: SortOptions = {
    isDescending: false,
    isAlpha: false,
    by: null,
    isUnsorted: false,
    gets: [],
    offset: 0,
    count: -1,
    store: null,
  }
  for (let at = 2; at < args.length; at++) {
    const word = (args[at] as string).toUpperCase()
    const rest = args.length - at - 1
    if (word === 'ASC') options.isDescending = false
    else if (word === 'DESC') options.isDescending = true
    else if (word === 'ALPHA') options.isAlpha = true
    else if (word === 'LIMIT' && rest >= 2) {
      const offset = parseClamped(args[at + 1] as string)
      const count = offset === null ? null : parseClamped(args[at + 2] as string)
      if (offset === null || count === null) return notInteger
      options.offset = offset
      options.count = count
      at += 2
    } else if (word === 'STORE' && rest >= 1 && !isReadOnly) options.store = args[++at] as string
    else if (word === 'BY' && rest >= 1) {
      options.by = args[++at] as string
      if (!options.by.includes('*')) options.isUnsorted = true
    } else if (word === 'GET' && rest >= 1) options.gets.push(args[++at] as string)
    else return syntaxError
  }
  return options
}

/** Where the destination stands: the last STORE counts, values of other options do not. */
export function findStore(args: readonly string[]): readonly number[] {
  let found: readonly number[] = []
  for (let at = 2; at < args.length; at++) {
    const word = (args[at] as string).toUpperCase()
    if (word === 'LIMIT') at += 2
    else if (word === 'GET' || word === 'BY') at++
    else if (word === 'STORE' && at + 1 < args.length) found = [++at]
  }
  return found
}
