// A hash: fields and values by the hash of the field, in order of insertion within a part.

import { hashString } from '../../base/hash.js'
import { fieldKind, type MapPart } from './map-part.js'
import { Body, hashedEnd } from './part.js'

/** Codes of a hash's encoding, as rows have them. */
export const hashEncodings = { listpack: 0, hashtable: 1 } as const

/** Fields of a listpack, and the longest field or value in one (hash-max-listpack-*). */
const listpackEntriesMax = 512
const listpackTextMax = 64

export class HashValue {
  readonly type = 'hash'
  readonly body: Body<MapPart>
  /** Redis' encoding, which never goes back. */
  encoding: number = hashEncodings.listpack

  constructor(body: Body<MapPart> = new Body(fieldKind, hashedEnd)) {
    this.body = body
  }

  withBody(body: Body): HashValue {
    const made = new HashValue(body as Body<MapPart>)
    made.encoding = this.encoding
    return made
  }
}

/** The encoding of a hash that just got a field, as Redis 7.0 chooses it. */
export function hashEncodingWith(hash: HashValue, field: string, text: string): number {
  if (hash.encoding === hashEncodings.hashtable) return hash.encoding
  const fits =
    hash.body.size <= listpackEntriesMax &&
    field.length <= listpackTextMax &&
    text.length <= listpackTextMax
  return fits ? hashEncodings.listpack : hashEncodings.hashtable
}

/** The part in which a field is or would be. */
export function partOf(hash: HashValue, field: string): MapPart {
  const { body } = hash
  const index = body.parts.length === 1 ? 0 : body.indexOf(hashString(field))
  return body.parts[index] as MapPart
}
