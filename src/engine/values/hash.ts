// A hash: fields and values by the hash of the field, in order of insertion within a part.

import { hashString } from '../../base/hash.js'
import type { ExpiryItem } from '../expiry.js'
import { fieldKind, type MapPart } from './map-part.js'
import { Body, hashedEnd } from './part.js'

/** Codes of a hash's encoding, as rows have them. */
export const hashEncodings = { listpack: 0, hashtable: 1 } as const

export class HashValue {
  readonly type = 'hash'
  readonly body: Body<MapPart>
  /** Redis' encoding, which never goes back. */
  encoding: number = hashEncodings.listpack
  /** Fields with a time. */
  #timed = 0
  /** In the heap of its database while a key holds it and fields have times; see `field-times`. */
  #timer: ExpiryItem | null = null

  constructor(body: Body<MapPart> = new Body(fieldKind, hashedEnd)) {
    this.body = body
    for (const part of body.parts) if (part.times !== null) this.#timed += part.times.size
  }

  get timed(): number {
    return this.#timed
  }

  countTimed(fields: number): void {
    this.#timed += fields
  }

  get timer(): ExpiryItem | null {
    return this.#timer
  }

  set timer(item: ExpiryItem | null) {
    this.#timer = item
  }

  withBody(body: Body): HashValue {
    const made = new HashValue(body as Body<MapPart>)
    made.encoding = this.encoding
    return made
  }
}

/** The part in which a field is or would be. */
export function partOf(hash: HashValue, field: string): MapPart {
  const { body } = hash
  const index = body.parts.length === 1 ? 0 : body.indexOf(hashString(field))
  return body.parts[index] as MapPart
}
