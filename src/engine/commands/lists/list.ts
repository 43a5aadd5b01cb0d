// What the commands on lists share: finding one, and reading its elements by position.

import { wrongType } from '../../../api/replies.js'
import type { ErrorReply } from '../../../api/reply.js'
import type { Context } from '../../context.js'
import { ListValue } from '../../values/list.js'
import type { ListPart } from '../../values/list-part.js'
import type { Value } from '../../values/value.js'

export type Side = 'left' | 'right'

/** The list at a key, null where there is none. */
export function findList(context: Context, key: string): ListValue | null | ErrorReply {
  return listOf(context.find(key))
}

/** As `findList`, counted as hit or miss: for commands that only read. */
export function lookupList(context: Context, key: string): ListValue | null | ErrorReply {
  return listOf(context.lookup(key))
}

function listOf(value: Value | undefined): ListValue | null | ErrorReply {
  if (value === undefined) return null
  return typeof value !== 'string' && value.type === 'list' ? value : wrongType
}

/** The list at a key, made if need be. */
export function makeList(context: Context, key: string): ListValue | ErrorReply {
  const found = findList(context, key)
  if (found !== null) return found
  const made = new ListValue()
  context.effects.create(key, made)
  return made
}

export function isList(found: ListValue | null | ErrorReply): found is ListValue {
  return found !== null && found.type !== 'error'
}

/** The element at `position`, which is below the list's size. */
export function itemAt(list: ListValue, position: number): string {
  const index = list.body.partAt(position)
  return (list.body.parts[index] as ListPart).items[position - list.body.before(index)] as string
}

/** A position counted from either end as one from the left; may lie outside. */
export function fromLeft(list: ListValue, position: number): number {
  return position < 0 ? list.body.size + position : position
}

export function pop(context: Context, key: string, { list, side }: ListEnd): string {
  const { lists } = context.effects
  return side === 'left' ? lists.popLeft(key, list) : lists.popRight(key, list)
}

export function push(context: Context, key: string, { list, side, item }: ListPush): void {
  const { lists } = context.effects
  if (side === 'left') lists.pushLeft(key, list, item)
  else lists.pushRight(key, list, item)
}

export interface ListEnd {
  readonly list: ListValue
  readonly side: Side
}

export interface ListPush extends ListEnd {
  readonly item: string
}

export function popEvent(side: Side): string {
  return side === 'left' ? 'lpop' : 'rpop'
}

export function pushEvent(side: Side): string {
  return side === 'left' ? 'lpush' : 'rpush'
}

/** LEFT or RIGHT in any case, null for anything else. */
export function parseSide(word: string): Side | null {
  const upper = word.toUpperCase()
  if (upper === 'LEFT') return 'left'
  return upper === 'RIGHT' ? 'right' : null
}
