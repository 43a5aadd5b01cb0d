// A list: elements in order.

import { itemKind, type ListPart } from './list-part.js'
import { Body, sequenceEnd } from './part.js'

/** Codes of a list's encoding, as rows have them. */
export const listEncodings = { listpack: 0, quicklist: 1 } as const

export class ListValue {
  readonly type = 'list'
  readonly body: Body<ListPart>
  encoding: number = listEncodings.listpack

  constructor(body: Body<ListPart> = new Body(itemKind, sequenceEnd)) {
    this.body = body
  }

  withBody(body: Body): ListValue {
    const made = new ListValue(body as Body<ListPart>)
    made.encoding = this.encoding
    return made
  }
}
