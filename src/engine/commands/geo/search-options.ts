// The options of GEOSEARCH, GEORADIUS and their kin, in Redis' order of checks.

import {
  anyWithoutCount,
  countAboveZero,
  error,
  notInteger,
  syntaxError,
  undecodable,
} from '../../../api/replies.js'
import type { ErrorReply } from '../../../api/reply.js'
import { int64Max, parseInt64 } from '../../values/integer.js'
import type { Point } from '../../values/geohash.js'
import type { ZsetValue } from '../../values/zset.js'
import { parseBox, parseCircle, parsePoint, pointIn } from './coordinates.js'
import type { Shape } from './shape.js'

/** What the command's name says. */
export interface SearchForm {
  readonly kind: 'point' | 'member' | 'search'
  /** Index of the key that is searched. */
  readonly at: number
  /** STORE and STOREDIST are known. */
  readonly mayStore: boolean
  /** Key of GEOSEARCHSTORE, or null. */
  readonly target: string | null
}

export interface Search {
  middle: Point | null
  shape: Shape | null
  hasDistance: boolean
  hasHash: boolean
  hasPoint: boolean
  order: 'ASC' | 'DESC' | null
  /** 0 for all. */
  count: number
  isAny: boolean
  target: string | null
  storesDistance: boolean
}

/** `zset` null: the key is not there, and yet the options must be right. */
export function parseSearch(
  args: readonly string[],
  form: SearchForm,
  zset: ZsetValue | null,
): Search | ErrorReply {
  const search: Search = {
    middle: null,
    shape: null,
    hasDistance: false,
    hasHash: false,
    hasPoint: false,
    order: null,
    count: 0,
    isAny: false,
    target: form.target,
    storesDistance: false,
  }
  const from = parsePlace(args, form, { zset, search })
  if (typeof from !== 'number') return from
  let hasPlace = form.kind !== 'search'
  let hasMember = false
  for (let i = from; i < args.length; i++) {
    const word = (args[i] as string).toUpperCase()
    const behind = args.length - i - 1
    const taken = parseFlag(search, word)
    if (taken) continue
    if (word === 'COUNT' && behind > 0) {
      const failed = parseCount(search, args[++i] as string)
      if (failed !== null) return failed
    } else if (form.kind !== 'search') {
      const isStore = word === 'STORE' || word === 'STOREDIST'
      if (!isStore || !form.mayStore || behind === 0) return syntaxError
      search.target = args[++i] as string
      search.storesDistance = word === 'STOREDIST'
    } else if (word === 'STOREDIST' && form.mayStore) search.storesDistance = true
    else if (word === 'FROMMEMBER' && behind > 0 && (hasMember || !hasPlace)) {
      const failed = takeMember(search, zset, args[++i] as string)
      if (failed !== null) return failed
      hasPlace = true
      hasMember = true
    } else if (word === 'FROMLONLAT' && behind > 1 && !hasMember) {
      const point = parsePoint(args, i + 1)
      if ('type' in point) return point
      search.middle = point
      hasPlace = true
      i += 2
    } else if (word === 'BYRADIUS' && behind > 1 && search.shape?.kind !== 'box') {
      const shape = parseCircle(args, i + 1)
      if ('type' in shape) return shape
      search.shape = shape
      i += 2
    } else if (word === 'BYBOX' && behind > 2 && search.shape?.kind !== 'circle') {
      const shape = parseBox(args, i + 1)
      if ('type' in shape) return shape
      search.shape = shape
      i += 3
    } else return syntaxError
  }
  return check(search, { form, hasPlace, name: args[0] as string })
}

/** Place and radius of GEORADIUS and GEORADIUSBYMEMBER; index of the first option. */
function parsePlace(
  args: readonly string[],
  { kind, at }: SearchForm,
  { zset, search }: { readonly zset: ZsetValue | null; readonly search: Search },
): number | ErrorReply {
  if (kind === 'search') return at + 1
  if (kind === 'member') {
    if (zset === null) return at + 4
    const failed = takeMember(search, zset, args[at + 1] as string)
    if (failed !== null) return failed
  } else {
    const point = parsePoint(args, at + 1)
    if ('type' in point) return point
    search.middle = point
  }
  const from = at + (kind === 'member' ? 2 : 3)
  const shape = parseCircle(args, from)
  if ('type' in shape) return shape
  search.shape = shape
  return from + 2
}

function takeMember(search: Search, zset: ZsetValue | null, member: string): ErrorReply | null {
  if (zset === null) return null
  const point = pointIn(zset, member)
  if (point === undefined) return undecodable
  search.middle = point
  return null
}

/** Options of one word; whether it was one. */
function parseFlag(search: Search, word: string): boolean {
  if (word === 'WITHDIST') search.hasDistance = true
  else if (word === 'WITHHASH') search.hasHash = true
  else if (word === 'WITHCOORD') search.hasPoint = true
  else if (word === 'ANY') search.isAny = true
  else if (word === 'ASC' || word === 'DESC') search.order = word
  else return false
  return true
}

function parseCount(search: Search, text: string): ErrorReply | null {
  const given = parseInt64(text)
  if (given === null) return notInteger
  if (given <= 0) return countAboveZero
  search.count = given > Number.MAX_SAFE_INTEGER ? Number(int64Max) : Number(given)
  return null
}

function check(
  search: Search,
  what: { readonly form: SearchForm; readonly hasPlace: boolean; readonly name: string },
): Search | ErrorReply {
  const { form, hasPlace, name } = what
  if (search.target !== null && (search.hasDistance || search.hasHash || search.hasPoint)) {
    const option = form.target === null ? 'STORE option in GEORADIUS' : 'GEOSEARCHSTORE'
    return error(`ERR ${option} is not compatible with WITHDIST, WITHHASH and WITHCOORD options`)
  }
  if (form.kind === 'search' && !hasPlace) {
    return error(`ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for ${name}`)
  }
  if (form.kind === 'search' && search.shape === null) {
    return error(`ERR exactly one of BYRADIUS and BYBOX can be specified for ${name}`)
  }
  if (search.isAny && search.count === 0) return anyWithoutCount
  // The nearest ones are wanted, unless any will do.
  if (search.count > 0 && search.order === null && !search.isAny) search.order = 'ASC'
  return search
}
