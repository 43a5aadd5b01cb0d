// What a pattern of BY or GET stands for with an element in the place of its first asterisk: the string at
// that key, the field behind `->` of the hash there, or the element itself for `#`.

import type { Context } from '../../context.js'
import { overwrite } from '../../values/flat.js'
import { Packed } from '../../values/packed.js'
import { packedField } from '../../values/packed-look.js'
import { fieldText } from '../hashes/fields.js'

/** Null where there is nothing of the right type. */
export function lookupPattern(context: Context, pattern: string, element: string): string | null {
  if (pattern === '#') return element
  const star = pattern.indexOf('*')
  if (star < 0) return null
  const arrow = pattern.indexOf('->', star + 1)
  const hasField = arrow >= 0 && arrow + 2 < pattern.length
  const end = hasField ? arrow : pattern.length
  // As many as there are elements: what is packed stays so.
  const value = context.lookupStored(
    pattern.slice(0, star) + element + pattern.slice(star + 1, end),
  )
  if (value === undefined) return null
  if (!hasField) return typeof value === 'string' ? value : null
  if (typeof value === 'string' || value.type !== 'hash') return null
  const field = pattern.slice(arrow + 2)
  if (!(value instanceof Packed)) return fieldText(context, value, field) ?? null
  const text = packedField(value, field)
  // STORE keeps it.
  return text === undefined ? null : overwrite(text, 0, '')
}
