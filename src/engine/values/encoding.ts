// The names of encodings that OBJECT ENCODING prints: those that Redis would use for a value like this
// at its default thresholds. Ours are others, so a value's past leaves no trace.

import { parseInt64 } from './integer.js'
import type { Value } from './value.js'

/** Longest string that Redis keeps in one piece with its object. */
const embeddedMax = 44

export function encodingName(value: Value): string {
  if (typeof value !== 'string') return value.type
  if (value.length <= 20 && parseInt64(value) !== null) return 'int'
  return value.length <= embeddedMax ? 'embstr' : 'raw'
}
