// Trimming: the options that XADD and XTRIM share, and the removal of entries from the oldest on.

import { error, notInteger, syntaxError } from '../../../api/replies.js'
import type { ErrorReply } from '../../../api/reply.js'
import type { Context } from '../../context.js'
import { parseClamped } from '../../values/integer.js'
import type { StreamValue } from '../../values/stream.js'
import type { StreamPart } from '../../values/stream-part.js'
import { strictId } from './stream.js'

export interface TrimOptions {
  /** Entries that stay, or -1 where `minId` decides. */
  readonly length: number
  readonly minId: string
  /** Only whole nodes go. */
  readonly isAbout: boolean
  /** Entries that go at most, 0 for all. */
  readonly limit: number
}

export interface ParsedTrim {
  /** Null where none was asked for. */
  readonly trim: TrimOptions | null
  readonly noMake: boolean
  /** Index of the argument behind the options. */
  readonly at: number
}

const lengthNegative = error('ERR The MAXLEN argument must be >= 0.')
const limitNegative = error('ERR The LIMIT argument must be >= 0.')
const limitAlone = error('ERR syntax error, LIMIT cannot be used without the special ~ option')
const bothKinds = error(
  'ERR syntax error, MAXLEN and MINID options at the same time are not compatible',
)
const needsKind = error(
  'ERR syntax error, LIMIT cannot be used without specifying a trimming strategy',
)
/**
 * Reads options from `args[2]` on. XTRIM's end with the arguments, XADD's before the id, which
 * `refusesId` judges before what the options are together. `examined` holds where `~` has no LIMIT.
 */
export function parseTrim(
  args: readonly string[],
  refusesId: ((text: string) => ErrorReply | null) | null,
  examined: number,
): ParsedTrim | ErrorReply {
  const isAdd = refusesId !== null
  let length = -1
  let minId: string | null = null
  let isAbout = false
  let limit = -1
  let noMake = false
  let at = 2
  for (; at < args.length; at++) {
    const word = (args[at] as string).toUpperCase()
    const more = args.length - 1 - at
    if (isAdd && args[at] === '*') break
    if ((word === 'MAXLEN' || word === 'MINID') && more > 0) {
      if ((word === 'MAXLEN' && minId !== null) || (word === 'MINID' && length >= 0)) {
        return bothKinds
      }
      isAbout = false
      let text = args[at + 1] as string
      if (more >= 2 && (text === '~' || text === '=')) {
        isAbout = text === '~'
        text = args[++at + 1] as string
      }
      at++
      if (word === 'MAXLEN') {
        const given = parseClamped(text)
        if (given === null) return notInteger
        if (given < 0) return lengthNegative
        length = given
      } else {
        const id = strictId(text)
        if (typeof id !== 'string') return id
        minId = id
      }
    } else if (word === 'LIMIT' && more > 0) {
      const given = parseClamped(args[++at] as string)
      if (given === null) return notInteger
      if (given < 0) return limitNegative
      limit = given
    } else if (isAdd && word === 'NOMKSTREAM') noMake = true
    else if (refusesId !== null) {
      const refusal = refusesId(args[at] as string)
      if (refusal !== null) return refusal
      break
    } else return syntaxError
  }
  const isTrimming = length >= 0 || minId !== null
  if (limit >= 0 && !isTrimming) return needsKind
  if (!isAdd && !isTrimming) return syntaxError
  if (limit >= 0 && !isAbout) return limitAlone
  if (!isTrimming) return { trim: null, noMake, at }
  const most = isAbout ? (limit < 0 ? examined : limit) : 0
  return { trim: { length, minId: minId ?? '', isAbout, limit: most }, noMake, at }
}

/** Removes entries of the first part as the options say; the number, 0 when nothing more is to go. */
export function trimPart(
  context: Context,
  key: string,
  what: { readonly stream: StreamValue; readonly trim: TrimOptions; readonly done: number },
): number {
  const { stream, trim, done } = what
  const { size } = stream.body
  const part = stream.body.parts[0] as StreamPart
  const excess = trim.length >= 0 ? size - trim.length : part.indexOf(trim.minId)
  if (size === 0 || excess <= 0) return 0
  const isWhole = excess >= part.size
  if (trim.limit > 0 && done + part.size > trim.limit) return 0
  if (!isWhole && trim.isAbout) return 0
  const count = isWhole ? part.size : excess
  context.effects.streams.trim(key, stream, count)
  return count
}
