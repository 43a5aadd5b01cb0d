// What the subcommands of XGROUP share: the stream, the group and a position as arguments name them.

import { error, notInteger } from '../../../api/replies.js'
import type { ErrorReply } from '../../../api/reply.js'
import type { Context } from '../../context.js'
import { type Int64, parseInt64 } from '../../values/integer.js'
import type { StreamValue } from '../../values/stream.js'
import { entriesUnknown, type Group } from '../../values/stream-group.js'
import { streamToWrite, strictId, untilNul } from './stream.js'

export const keyMissing = error(
  'ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically.',
)
const entriesReadRange = error('ERR value for ENTRIESREAD must be positive or -1')

export function groupMissing(key: string, group: string): ErrorReply {
  return error(
    `NOGROUP No such consumer group '${untilNul(group)}' for key name '${untilNul(key)}'`,
  )
}

/** In Redis' words for options that do not fit. */
export function wrongOptions(container: string, word: string): ErrorReply {
  return error(
    `ERR unknown subcommand or wrong number of arguments for '${word}'. Try ${container.toUpperCase()} HELP.`,
  )
}

/** The stream at `args[2]`, which has to be there. */
export function streamArgument(
  context: Context,
  args: readonly string[],
): StreamValue | ErrorReply {
  return streamToWrite(context, args[2] as string) ?? keyMissing
}

/** The stream at `args[2]` and its group `args[3]`, which have to be there. */
export function groupArgument(
  context: Context,
  args: readonly string[],
): { readonly stream: StreamValue; readonly group: Group } | ErrorReply {
  const stream = streamArgument(context, args)
  if ('text' in stream) return stream
  const group = stream.groups.get(args[3] as string)
  return group === undefined
    ? groupMissing(args[2] as string, args[3] as string)
    : { stream, group }
}

export interface GroupOptions {
  readonly makeStream: boolean
  readonly entriesRead: Int64
}

/** Options of CREATE (with MKSTREAM) and SETID; null where they are none. */
export function parseGroupOptions(
  args: readonly string[],
  isCreate: boolean,
): GroupOptions | ErrorReply | null {
  let makeStream = false
  let entriesRead: Int64 = entriesUnknown
  for (let i = 5; i < args.length; i++) {
    const word = (args[i] as string).toUpperCase()
    if (isCreate && word === 'MKSTREAM') makeStream = true
    else if (word === 'ENTRIESREAD' && i + 1 < args.length) {
      const given = parseInt64(args[++i] as string)
      if (given === null) return notInteger
      if (given < -1) return entriesReadRange
      entriesRead = given
    } else return null
  }
  return { makeStream, entriesRead }
}

/** Where a group begins: an id, or `$` for the end of the stream. */
export function groupStart(stream: StreamValue, text: string): string | ErrorReply {
  return text === '$' ? stream.lastId : strictId(text)
}
