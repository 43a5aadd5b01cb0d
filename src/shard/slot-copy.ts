// The copy of a key, as commands that make it anew elsewhere: small ones whole, large ones piece by piece, so that
// neither side stands still for one. What changes a key meanwhile makes a copy of it again.

import { type Engine, later, needsLog } from '../api/engine.js'
import { limits } from '../api/limits.js'
import { isError, isStatus, type Reply } from '../api/reply.js'
import { slotCursor, splitCursor } from '../api/scan.js'
import { keySlot } from '../base/keyslot.js'

/** Bytes of a text that go at a time. */
const textBytesMax = 64 * 1024
/** Bytes of elements that go in one command: an entry too long for a frame would never arrive. */
const bundleBytesMax = 64 * 1024

type Command = readonly string[]
type Read = (...args: string[]) => Reply

/**
 * Reads of an engine that is between two entries; between two of what this yields it may go on. False where the key
 * cannot be copied: a stream that is longer than a dump may be.
 */
export function* copyOf(
  engine: Engine,
  db: number,
  key: string,
): Generator<Command, boolean, void> {
  const read: Read = (...args) => readNow(engine, db, args)
  const type = wordOf(read('type', key))
  const timeOf = (): number => Number(read('pexpiretime', key))
  if (type === 'string') {
    const text = read('get', key)
    if (typeof text === 'string' && text.length <= textBytesMax) {
      const at = timeOf()
      yield at > 0 ? ['set', key, text, 'PXAT', String(at)] : ['set', key, text]
      return true
    }
  }
  const bytes = read('memory', 'usage', key)
  // A dump knows no times of fields.
  const isWhole = Number(bytes) <= limits.moveWholeBytes && type !== 'hash' && type !== 'string'
  if (type !== 'none' && bytes !== null && (isWhole || type === 'stream')) {
    const payload = read('dump', key)
    const at = timeOf()
    if (typeof payload !== 'string') return false
    yield ['restore', key, at > 0 ? String(at) : '0', payload, 'REPLACE', 'ABSTTL']
    return true
  }
  yield ['del', key]
  if (bytes === null || type === 'none') return true
  yield* piecesOf(read, type, key)
  const at = timeOf()
  if (at > 0) yield ['pexpireat', key, String(at)]
  return true
}

/**
 * Keys of a slot, page by page, as SCAN goes through them: each that stays meanwhile is among them. Between two pages
 * the engine may go on, so that nobody stands still for a slot of very many keys.
 */
export function* keyPages(
  engine: Engine,
  db: number,
  slot: number,
): Generator<readonly string[], void, void> {
  for (let cursor = slotCursor(slot); cursor > 0 || slot === 0; ) {
    const count = Math.min(limits.movePageKeys, engine.slotKeyCount(db, slot))
    if (count === 0) return
    const page = readNow(engine, db, ['scan', String(cursor), 'COUNT', String(count)])
    if (!Array.isArray(page)) return
    yield textsOf(page[1] as Reply).filter((key) => keySlot(key) === slot)
    cursor = Number(page[0])
    if (cursor === 0 || splitCursor(cursor).slot !== slot) return
  }
}

function* piecesOf(read: Read, type: string, key: string): Generator<Command, void, void> {
  switch (type) {
    case 'string':
      for (let at = 0; ; at += textBytesMax) {
        const piece = read('getrange', key, String(at), String(at + textBytesMax - 1))
        if (typeof piece !== 'string' || piece === '') return
        yield ['append', key, piece]
      }
    case 'list':
      for (let at = 0; ; at += limits.movePieceElements) {
        const items = textsOf(
          read('lrange', key, String(at), String(at + limits.movePieceElements - 1)),
        )
        if (items.length === 0) return
        for (const some of bundles(items, 1)) yield ['rpush', key, ...some]
      }
    case 'zset':
      for (let at = 0; ; at += limits.movePieceElements) {
        const last = String(at + limits.movePieceElements - 1)
        const items = textsOf(read('zrange', key, String(at), last, 'WITHSCORES'))
        if (items.length === 0) return
        const pairs: string[] = []
        for (let i = 0; i < items.length; i += 2) {
          pairs.push(items[i + 1] as string, items[i] as string)
        }
        for (const some of bundles(pairs, 2)) yield ['zadd', key, ...some]
      }
    case 'set':
      yield* scanned(read, ['sscan', key], 1, (items) => [['sadd', key, ...items]])
      return
    case 'hash':
      yield* scanned(read, ['hscan', key], 2, (items) => [
        ['hset', key, ...items],
        ...fieldTimes(read, key, items),
      ])
      return
    default:
  }
}

function* scanned(
  read: Read,
  [name = '', key = '']: readonly string[],
  width: number,
  make: (items: readonly string[]) => readonly Command[],
): Generator<Command, void, void> {
  let cursor = '0'
  do {
    const page = read(name, key, cursor, 'COUNT', String(limits.movePieceElements))
    if (!Array.isArray(page)) return
    cursor = String(page[0])
    const items = textsOf(page[1] as Reply)
    for (const some of bundles(items, width)) yield* make(some)
  } while (cursor !== '0')
}

/** In order, `width` of them kept together. */
function* bundles(items: readonly string[], width: number): Iterable<readonly string[]> {
  let from = 0
  let bytes = 0
  for (let at = 0; at < items.length; at += width) {
    if (bytes >= bundleBytesMax) {
      yield items.slice(from, at)
      from = at
      bytes = 0
    }
    for (let i = at; i < at + width; i++) bytes += (items[i] ?? '').length
  }
  if (from < items.length) yield items.slice(from)
}

function fieldTimes(read: Read, key: string, items: readonly string[]): readonly Command[] {
  const fields = items.filter((_, at) => at % 2 === 0)
  const times = read('hpexpiretime', key, 'FIELDS', String(fields.length), ...fields)
  if (!Array.isArray(times)) return []
  return fields.flatMap((field, i) => {
    const at = Number(times[i])
    return at > 0 ? [['hpexpireat', key, String(at), 'FIELDS', '1', field]] : []
  })
}

/** To its end, however long it takes. */
export function readNow(engine: Engine, db: number, args: readonly string[]): Reply {
  let reply = engine.read(db, args, null)
  while (reply === later) reply = engine.step(limits.movePieceElements)
  return reply === needsLog || isError(reply as Reply) ? null : (reply as Reply)
}

function textsOf(reply: Reply): readonly string[] {
  return Array.isArray(reply) ? reply.map((each) => textOf(each)) : listsOf(reply)
}

/** Long replies come in runs, and pairs and scores as types of their own. */
function listsOf(reply: Reply): readonly string[] {
  if (typeof reply !== 'object' || reply === null || !('type' in reply)) return []
  switch (reply.type) {
    case 'long':
      return reply.runs.flatMap((run) => run.map((each) => textOf(each)))
    case 'pairs':
    case 'set':
    case 'push':
      return reply.items.map((each) => textOf(each))
    default:
      return []
  }
}

function textOf(reply: Reply): string {
  if (typeof reply !== 'object' || reply === null || !('type' in reply)) return String(reply)
  if (reply.type === 'decimal') return reply.text
  if (reply.type !== 'double') return ''
  return Number.isFinite(reply.value) ? String(reply.value) : reply.value > 0 ? 'inf' : '-inf'
}

function wordOf(reply: Reply): string {
  return isStatus(reply) ? reply.text : 'none'
}

/** Commands on copies, as one call takes them. */
export class CopyBuffer {
  #args: string[] = []
  bytes = 0
  /** What it costs to carry them out, in bytes. */
  weight = 0

  add(db: number, command: readonly string[]): void {
    this.#args.push(String(db), String(command.length))
    for (const arg of command) {
      this.#args.push(arg)
      const size = arg.length + 16
      this.bytes += size
      this.weight += size + limits.moveArgumentBytes
    }
    this.weight += limits.moveCommandBytes
  }

  take(): readonly string[] {
    const args = this.#args
    this.#args = []
    this.bytes = 0
    this.weight = 0
    return args
  }
}
