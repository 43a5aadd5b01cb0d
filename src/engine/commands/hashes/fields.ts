// How commands look at the fields of a hash and get one to write to.

import type { Context } from '../../context.js'
import { HashValue, partOf } from '../../values/hash.js'

/** The value of a field, undefined where it is not there or past its time. */
export function fieldText(context: Context, hash: HashValue, field: string): string | undefined {
  const part = partOf(hash, field)
  if (part.times !== null && context.isPastTime(part.times.get(field))) return undefined
  return part.map.get(field)
}

/** The hash that was found at a key, else a new one there that is about to get a field. */
export function hashFor(context: Context, key: string, found: HashValue | undefined): HashValue {
  if (found !== undefined) return found
  const made = new HashValue()
  context.effects.create(key, made)
  return made
}
