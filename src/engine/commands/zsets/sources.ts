// The inputs of ZUNION, ZINTER, ZDIFF and their kin: numkeys, keys and options in Redis' order of
// checks. A set is an input like a sorted set whose scores are all 1.

import {
  error,
  limitNegative,
  notInteger,
  syntaxError,
  weightNotFloat,
  wrongType,
} from '../../../api/replies.js'
import type { ErrorReply } from '../../../api/reply.js'
import { hashString } from '../../../base/hash.js'
import { parseDouble } from '../../../base/parse-double.js'
import type { Context } from '../../context.js'
import { parseClamped } from '../../values/integer.js'
import type { MapPart } from '../../values/map-part.js'
import type { SetValue } from '../../values/set.js'
import type { Value } from '../../values/value.js'
import type { ZsetValue } from '../../values/zset.js'

export type Operation = 'union' | 'inter' | 'diff'
export type Aggregate = 'SUM' | 'MIN' | 'MAX'

export interface Source {
  /** Null for a key that is not there. */
  readonly value: ZsetValue | SetValue | null
  readonly weight: number
}

export interface Sources {
  /** In the order of the keys. */
  readonly sources: readonly Source[]
  readonly aggregate: Aggregate
  readonly hasScores: boolean
  /** Of ZINTERCARD; 0 for none. */
  readonly limit: number
}

/** What the command's name says. */
export interface SourceForm {
  /** Index of numkeys. */
  readonly at: number
  readonly operation: Operation
  readonly mayHaveScores: boolean
  /** Only a number of members is wanted. */
  readonly isCount: boolean
}

export function parseSources(
  context: Context,
  args: readonly string[],
  form: SourceForm,
): Sources | ErrorReply {
  const count = parseClamped(args[form.at] as string)
  if (count === null) return notInteger
  if (count < 1) {
    return error(`ERR at least 1 input key is needed for '${args[0] as string}' command`)
  }
  const end = form.at + 1 + count
  if (end > args.length) return syntaxError
  const values: (ZsetValue | SetValue | null)[] = []
  for (let i = form.at + 1; i < end; i++) {
    const value = context.lookup(args[i] as string)
    if (!isSource(value)) return wrongType
    values.push(value ?? null)
  }
  return parseOptions(args, { form, end, values })
}

function isSource(value: Value | undefined): value is ZsetValue | SetValue | undefined {
  if (value === undefined) return true
  return typeof value !== 'string' && (value.type === 'zset' || value.type === 'set')
}

interface Parsed {
  readonly form: SourceForm
  /** Behind the last key. */
  readonly end: number
  readonly values: readonly (ZsetValue | SetValue | null)[]
}

function parseOptions(
  args: readonly string[],
  { form, end, values }: Parsed,
): Sources | ErrorReply {
  const isWeighted = form.operation !== 'diff' && !form.isCount
  const weights = values.map(() => 1)
  let aggregate: Aggregate = 'SUM'
  let hasScores = false
  let limit = 0
  for (let i = end; i < args.length; i++) {
    const word = (args[i] as string).toUpperCase()
    const behind = args.length - i - 1
    if (isWeighted && word === 'WEIGHTS' && behind >= values.length) {
      for (let j = 0; j < values.length; j++) {
        const weight = parseDouble(args[++i] as string)
        if (weight === null) return weightNotFloat
        weights[j] = weight
      }
    } else if (isWeighted && word === 'AGGREGATE' && behind > 0) {
      const name = (args[++i] as string).toUpperCase()
      if (name !== 'SUM' && name !== 'MIN' && name !== 'MAX') return syntaxError
      aggregate = name
    } else if (form.mayHaveScores && word === 'WITHSCORES') hasScores = true
    else if (form.isCount && word === 'LIMIT' && behind > 0) {
      const given = parseClamped(args[++i] as string)
      if (given === null || given < 0) return limitNegative
      limit = given
    } else return syntaxError
  }
  const sources = values.map((value, i) => ({ value, weight: weights[i] as number }))
  return { sources, aggregate, hasScores, limit }
}

/** The score of a member of a source, undefined where it is not in it. */
export function scoreIn({ value }: Source, member: string): number | undefined {
  if (value === null) return undefined
  if (value.type === 'zset') return value.scores.get(member)
  const index = value.body.parts.length === 1 ? 0 : value.body.indexOf(hashString(member))
  return (value.body.parts[index] as MapPart).map.has(member) ? 1 : undefined
}

export function sizeOf({ value }: Source): number {
  return value === null ? 0 : value.body.size
}

/** Goes through the members of a source, part by part. Nothing changes meanwhile. */
export class SourceWalk {
  readonly #source: Source
  #index = 0
  #names: readonly string[] = []
  #scores: readonly number[] | null = null
  #at = 0

  constructor(source: Source) {
    this.#source = source
  }

  /** Goes on to the next member; false at the end. */
  next(): boolean {
    this.#at++
    while (this.#at >= this.#names.length) {
      const { value } = this.#source
      if (value === null || this.#index >= value.body.parts.length) return false
      if (value.type === 'zset') {
        const part = value.body.parts[this.#index++]
        this.#names = part?.members() ?? []
        this.#scores = part?.scores ?? null
      } else this.#names = [...(value.body.parts[this.#index++] as MapPart).map.keys()]
      this.#at = 0
    }
    return true
  }

  get member(): string {
    return this.#names[this.#at] as string
  }

  get score(): number {
    return this.#scores === null ? 1 : (this.#scores[this.#at] as number)
  }
}
