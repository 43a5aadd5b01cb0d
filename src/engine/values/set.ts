// A set: members by their hash, in order of insertion within a part.

import { type MapPart, memberKind } from './map-part.js'
import { Body, hashedEnd } from './part.js'

/** Codes of a set's encoding, as rows have them. */
export const setEncodings = { intset: 0, listpack: 1, hashtable: 2 } as const

export class SetValue {
  readonly type = 'set'
  readonly body: Body<MapPart>
  /** Redis' encoding, which never goes back. */
  encoding: number = setEncodings.intset

  constructor(body: Body<MapPart> = new Body(memberKind, hashedEnd)) {
    this.body = body
  }

  withBody(body: Body): SetValue {
    const made = new SetValue(body as Body<MapPart>)
    made.encoding = this.encoding
    return made
  }
}
