// ZSCAN. Small sets come all at once; of large ones the cursor is a place among the members by hash,
// which no change of scores moves.

import { later } from '../../../api/engine.js'
import { invalidCursor, notInteger, syntaxError } from '../../../api/replies.js'
import type { ErrorReply, Reply } from '../../../api/reply.js'
import { parseCursor } from '../../../api/scan.js'
import { formatDouble } from '../../../base/double.js'
import { globMatch } from '../../../base/glob.js'
import type { Context, Machine } from '../../context.js'
import { parseClamped } from '../../values/integer.js'
import { placeEnd } from '../../values/name-index.js'
import { zsetEncodings, type ZsetValue } from '../../values/zset.js'
import { asZset, runMachine } from './zset.js'

/** Two to the power of 62. */
const integerMax = Number(1n << 62n)

interface ScanOptions {
  count: number
  pattern: string | null
}

export function scanZset(context: Context, args: readonly string[]): Reply | typeof later {
  const cursor = parseCursor(args[2] as string)
  if (cursor === null) return invalidCursor
  const zset = asZset(context.lookup(args[1] as string))
  if (zset === null) return ['0', []]
  if (zset.type === 'error') return zset
  const options = parseOptions(args)
  if ('type' in options) return options
  if (zset.encoding === zsetEncodings.listpack) return ['0', whole(zset, options.pattern)]
  const count = Math.min(options.count, zset.body.size)
  return runMachine(context, new ScanMachine(zset, cursor, { ...options, count }), count)
}

function parseOptions(args: readonly string[]): ScanOptions | ErrorReply {
  const options: ScanOptions = { count: 10, pattern: null }
  for (let i = 3; i < args.length; i += 2) {
    const word = (args[i] as string).toUpperCase()
    const value = args[i + 1]
    if (value === undefined) return syntaxError
    if (word === 'COUNT') {
      const count = parseClamped(value)
      if (count === null) return notInteger
      if (count < 1) return syntaxError
      options.count = count
    } else if (word === 'MATCH') options.pattern = value === '*' ? null : value
    else return syntaxError
  }
  return options
}

function whole(zset: ZsetValue, pattern: string | null): readonly string[] {
  const members: string[] = []
  const scores: number[] = []
  zset.read({ from: 0, count: zset.body.size, isReverse: false }, members, scores)
  return members.flatMap((member, i) =>
    pattern === null || globMatch(pattern, member)
      ? [member, formatEntry(scores[i] as number)]
      : [],
  )
}

/** As it stands in a listpack, which keeps integers of nearly 64 bits as such. */
function formatEntry(score: number): string {
  const isInteger = Number.isInteger(score) && Math.abs(score) <= integerMax
  return isInteger ? BigInt(score).toString() : formatDouble(score)
}

class ScanMachine implements Machine {
  readonly #zset: ZsetValue
  readonly #pattern: string | null
  readonly #found: string[] = []
  #place: number
  #left: number

  constructor(zset: ZsetValue, cursor: number, options: ScanOptions) {
    this.#zset = zset
    this.#pattern = options.pattern
    this.#left = options.count
    this.#place = cursor
  }

  step(budget: number): Reply | typeof later {
    const { scores } = this.#zset
    const { names, next } = scores.page(this.#place, Math.min(budget, this.#left))
    for (const name of names) {
      if (this.#pattern !== null && !globMatch(this.#pattern, name)) continue
      this.#found.push(name, formatDouble(scores.get(name) as number))
    }
    this.#place = next
    this.#left -= names.length
    if (this.#left > 0 && next < placeEnd) return later
    return [next < placeEnd ? String(next) : '0', this.#found]
  }
}
