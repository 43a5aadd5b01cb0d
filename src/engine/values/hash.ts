// A hash: fields and values by the hash of the field, in order of insertion within a part.

import { fieldKind, type MapPart } from './map-part.js'
import { Body, hashedEnd } from './part.js'

/** Codes of a hash's encoding, as rows have them. */
export const hashEncodings = { listpack: 0, hashtable: 1 } as const

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
