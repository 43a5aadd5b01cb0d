// A stream: entries by id, and a header of what is known beside them.

import type { ByteReader, ByteWriter } from '../../base/bytes.js'
import { Body, sequenceEnd } from './part.js'
import { entryKind, type StreamPart } from './stream-part.js'

const idZero = '\0'.repeat(16)

export class StreamValue {
  readonly type = 'stream'
  readonly body: Body<StreamPart>
  /** Greatest id that was ever added. */
  lastId = idZero

  constructor(body: Body<StreamPart> = new Body(entryKind, sequenceEnd)) {
    this.body = body
  }

  withBody(body: Body): StreamValue {
    const made = new StreamValue(body as Body<StreamPart>)
    made.lastId = this.lastId
    return made
  }

  encodeHeader(writer: ByteWriter): void {
    writer.text(this.lastId)
  }

  decodeHeader(reader: ByteReader): void {
    this.lastId = reader.text()
  }
}
