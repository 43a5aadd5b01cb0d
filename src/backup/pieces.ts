// A value that is too long for one RESTORE, as commands that make it element by element.

import type { Command } from './sending.js'
import { type Elements, elementsOf } from './elements.js'

/** Arguments and bytes of one command. */
const argumentsMax = 1_024
const bytesMax = 1 << 20
/** A hash's field has a third part: its time. */
const timedParts = 3

const commands = { list: 'rpush', set: 'sadd', zset: 'zadd', hash: 'hset' } as const

/** Null where the value cannot be made so. The key must not be there; its time is set by the caller. */
export function piecesOf(key: Buffer, payload: Buffer): Generator<Command> | null {
  const elements = elementsOf(payload)
  return elements === null ? null : gathered(key, elements)
}

function* gathered(key: Buffer, { kind, each }: Elements): Generator<Command> {
  let args: Buffer[] = []
  let bytes = 0
  for (const element of each) {
    const isTimed = kind === 'hash' && element.length === timedParts
    for (const text of isTimed ? element.slice(0, -1) : element) {
      args.push(Buffer.from(text, 'latin1'))
      bytes += text.length
    }
    if (args.length < argumentsMax && bytes < bytesMax && !isTimed) continue
    yield [commands[kind], key, ...args]
    args = []
    bytes = 0
    if (!isTimed) continue
    const [field, , at] = element as [string, string, string]
    yield ['hpexpireat', key, at, 'FIELDS', '1', Buffer.from(field, 'latin1')]
  }
  if (args.length > 0) yield [commands[kind], key, ...args]
}
