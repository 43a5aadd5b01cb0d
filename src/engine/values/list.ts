// A list: elements in order.

import { itemKind, type ListPart } from './list-part.js'
import { Body, sequenceEnd } from './part.js'

export class ListValue {
  readonly type = 'list'
  readonly body: Body<ListPart>

  constructor(body: Body<ListPart> = new Body(itemKind, sequenceEnd)) {
    this.body = body
  }

  withBody(body: Body): ListValue {
    return new ListValue(body as Body<ListPart>)
  }
}
