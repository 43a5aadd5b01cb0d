// How commands that read a little of a container look at it: a packed one stays packed.

import { wrongType } from '../../api/replies.js'
import type { ErrorReply } from '../../api/reply.js'
import type { Context } from '../context.js'
import { Packed } from '../values/packed.js'
import { packedField, packedSize } from '../values/packed-look.js'
import type { Container } from '../values/value.js'
import { fieldText } from './hashes/fields.js'

/** How many entries the container at a key has: 0 where there is none. */
export function sizeAt(
  context: Context,
  key: string,
  type: Container['type'],
): number | ErrorReply {
  const stored = context.lookupStored(key)
  if (stored === undefined) return 0
  if (typeof stored === 'string' || stored.type !== type) return wrongType
  return stored instanceof Packed ? packedSize(stored) : stored.body.size
}

/** The value of a field of the hash at a key, undefined where it is not there or past its time. */
export function fieldAt(
  context: Context,
  key: string,
  field: string,
): string | undefined | ErrorReply {
  const hash = context.lookupStored(key)
  if (hash === undefined) return undefined
  if (hash instanceof Packed) return hash.type === 'hash' ? packedField(hash, field) : wrongType
  if (typeof hash === 'string' || hash.type !== 'hash') return wrongType
  return fieldText(context, hash, field)
}
