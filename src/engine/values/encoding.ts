// The names of encodings that OBJECT ENCODING prints: those that Redis would use for a value like this.
// Ours are others: of a string's past nothing is kept, containers keep Redis' encoding as a code.

import { hashEncodings } from './hash.js'
import { parseInt64 } from './integer.js'
import { setEncodings } from './set.js'
import type { Container, Value } from './value.js'
import { zsetEncodings } from './zset.js'

/** Longest string that Redis keeps in one piece with its object. */
const embeddedMax = 44

export function encodingName(value: Value): string {
  if (typeof value !== 'string') return containerEncoding(value)
  if (value.length <= 20 && parseInt64(value) !== null) return 'int'
  return value.length <= embeddedMax ? 'embstr' : 'raw'
}

function containerEncoding(value: Container): string {
  switch (value.type) {
    case 'hash':
      return nameOf(hashEncodings, value.encoding)
    case 'set':
      return nameOf(setEncodings, value.encoding)
    case 'zset':
      return nameOf(zsetEncodings, value.encoding)
    case 'list':
      return 'quicklist'
    case 'stream':
      return 'stream'
  }
}

function nameOf(names: Readonly<Record<string, number>>, code: number): string {
  for (const [name, each] of Object.entries(names)) if (each === code) return name
  return 'unknown'
}
