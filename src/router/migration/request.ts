// MIGRATE host port key|"" destination-db timeout [COPY] [REPLACE] [AUTH password | AUTH2 username password]
// [KEYS key ...], checked in Redis' order.

import { migrateKeysNotEmpty, notInteger, syntaxError } from '../../api/replies.js'
import type { ErrorReply } from '../../api/reply.js'
import { isInt64, parseInteger } from '../numbers.js'

export interface MigrateRequest {
  readonly host: string
  readonly port: number
  readonly keys: readonly string[]
  /** As the target is to understand it. */
  readonly db: string
  readonly timeoutMs: number
  readonly isCopy: boolean
  readonly isReplacing: boolean
  /** Arguments of AUTH, or none. */
  readonly login: readonly string[]
}

/** Redis' where the timeout is no positive number. */
const timeoutMsFirst = 1_000
const optionsFrom = 6

export function parseMigrate(args: readonly string[]): MigrateRequest | ErrorReply {
  const [, host = '', port = '', key = '', db = '', timeout = ''] = args
  let isCopy = false
  let isReplacing = false
  let login: readonly string[] = []
  let keys: readonly string[] = [key]
  for (let at = optionsFrom; at < args.length; at++) {
    const word = (args[at] as string).toLowerCase()
    const left = args.length - at - 1
    if (word === 'copy') isCopy = true
    else if (word === 'replace') isReplacing = true
    else if ((word === 'auth' && left >= 1) || (word === 'auth2' && left >= 2)) {
      const count = word === 'auth' ? 1 : 2
      login = args.slice(at + 1, at + 1 + count)
      at += count
    } else if (word === 'keys') {
      if (key !== '') return migrateKeysNotEmpty
      keys = args.slice(at + 1)
      break
    } else return syntaxError
  }
  if (!isInteger(timeout) || !isInteger(db)) return notInteger
  const timeoutMs = Number(timeout) > 0 ? Number(timeout) : timeoutMsFirst
  return { host, port: portOf(port), keys, db, timeoutMs, isCopy, isReplacing, login }
}

/** Indexes of the keys, as COMMAND GETKEYS and the rules of users see them; arguments may be wrong. */
export function findMigrateKeys(args: readonly string[]): readonly number[] {
  for (let at = optionsFrom; at + 1 < args.length; at++) {
    const word = (args[at] as string).toLowerCase()
    if (word === 'auth') at += 1
    else if (word === 'auth2') at += 2
    else if (word === 'keys') {
      if (args[3] !== '') return []
      return args.slice(at + 1).map((_, index) => at + 1 + index)
    }
  }
  return [3]
}

function isInteger(text: string): boolean {
  return parseInteger(text) !== null || isInt64(text)
}

/** The number that a text begins with, in 16 bits, as Redis' `atoi` reads it. */
function portOf(text: string): number {
  let at = 0
  while (text[at] === ' ' || text[at] === '\t') at++
  const isNegative = text[at] === '-'
  if (isNegative || text[at] === '+') at++
  let value = 0
  for (; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 48
    if (digit < 0 || digit > 9) break
    value = (value * 10 + digit) & 0xffff
  }
  return isNegative ? -value & 0xffff : value
}
