// What the commands on streams share: finding one, reading ids, walking ranges, printing entries.

import { error, wrongType } from '../../../api/replies.js'
import type { ErrorReply, Reply } from '../../../api/reply.js'
import type { Context } from '../../context.js'
import type { StreamValue } from '../../values/stream.js'
import type { Group } from '../../values/stream-group.js'
import {
  formatId,
  type Half,
  idAfter,
  idBefore,
  idMax,
  idMin,
  parseId,
  sequenceMax,
} from '../../values/stream-id.js'
import type { StreamPart } from '../../values/stream-part.js'
import type { Value } from '../../values/value.js'

export const invalidId = error('ERR Invalid stream ID specified as stream command argument')
const invalidStart = error('ERR invalid start ID for the interval')
const invalidEnd = error('ERR invalid end ID for the interval')

/** The stream at a key, null where there is none. */
export function findStream(context: Context, key: string): StreamValue | null | ErrorReply {
  return asStream(context.lookup(key))
}

/** As `findStream`, without counting a hit or a miss: for commands that write. */
export function streamToWrite(context: Context, key: string): StreamValue | null | ErrorReply {
  return asStream(context.find(key))
}

function asStream(value: Value | undefined): StreamValue | null | ErrorReply {
  if (value === undefined) return null
  return typeof value !== 'string' && value.type === 'stream' ? value : wrongType
}

/** An id that names one entry. */
export function strictId(text: string, missing: Half = 0): string | ErrorReply {
  return parseId(text, missing) ?? invalidId
}

/** An end of an interval: an id, `-`, `+`, or one with `(` before it, which leaves it out. */
export function intervalId(text: string, isStart: boolean): string | ErrorReply {
  const isOpen = text.startsWith('(') && text.length > 1
  const word = isOpen ? text.slice(1) : text
  if (!isOpen && word === '-') return idMin
  if (!isOpen && word === '+') return idMax
  const id = strictId(word, isStart ? 0 : sequenceMax)
  if (!isOpen || typeof id !== 'string') return id
  return isStart ? (idAfter(id) ?? invalidStart) : (idBefore(id) ?? invalidEnd)
}

/** Redis prints names in errors up to their first NUL. */
export function untilNul(text: string): string {
  const end = text.indexOf('\0')
  return end < 0 ? text : text.slice(0, end)
}

export function noGroup(key: string, group: string): ErrorReply {
  return error(`NOGROUP No such key '${untilNul(key)}' or consumer group '${untilNul(group)}'`)
}

/** The stream and its group, or the error that either is not there. */
export function findGroup(
  context: Context,
  key: string,
  name: string,
): { readonly stream: StreamValue; readonly group: Group } | ErrorReply {
  const stream = findStream(context, key)
  if (stream !== null && 'text' in stream) return stream
  const group = stream?.groups.get(name)
  return stream === null || group === undefined ? noGroup(key, name) : { stream, group }
}

/** One entry as clients see it. */
export function entryReply(id: string, entry: readonly string[]): Reply {
  return [formatId(id), entry]
}

/** Entries from `first` to `last`, both included, in either direction. Nothing may change meanwhile. */
export class EntryWalk {
  readonly #stream: StreamValue
  readonly #first: string
  readonly #last: string
  readonly #isReverse: boolean
  #part: number
  #at: number

  constructor(
    stream: StreamValue,
    range: { readonly first: string; readonly last: string; readonly isReverse?: boolean },
  ) {
    this.#stream = stream
    this.#first = range.first
    this.#last = range.last
    this.#isReverse = range.isReverse === true
    const from = this.#isReverse ? range.last : range.first
    this.#part = stream.partOf(from)
    const part = stream.body.parts[this.#part] as StreamPart
    this.#at = part.indexOf(from)
    if (this.#isReverse && part.ids[this.#at] !== from) this.#at--
  }

  /** The id of the next entry, null at the end; `entry` has its fields then. */
  next(): string | null {
    const { parts } = this.#stream.body
    let part = parts[this.#part]
    if (part === undefined) return null
    if (this.#isReverse && this.#at < 0) {
      part = parts[--this.#part]
      this.#at = part === undefined ? 0 : part.ids.length - 1
    } else if (!this.#isReverse && this.#at >= part.ids.length) {
      part = parts[++this.#part]
      this.#at = 0
    }
    const id = part?.ids[this.#at]
    if (part === undefined || id === undefined || id < this.#first || id > this.#last) return null
    this.entry = part.entries[this.#at] as readonly string[]
    this.#at += this.#isReverse ? -1 : 1
    return id
  }

  entry: readonly string[] = []
}
