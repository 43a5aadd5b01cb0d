// Peer frames on the wire: length (4 bytes), CRC32C of the body (4 bytes), body. The reader allocates
// for bytes that came, never for a length that was announced, and gives up for good at a bad frame.

import { crc32c } from '../base/crc32c.js'

export const frameHeadBytes = 8

/** The head that precedes a body. */
export function frameHead(body: Uint8Array): Buffer {
  const head = Buffer.allocUnsafe(frameHeadBytes)
  head.writeUInt32BE(body.length, 0)
  head.writeUInt32BE(crc32c(body), 4)
  return head
}

export class FrameReader {
  readonly #bytesMax: number
  readonly #sink: (body: Uint8Array) => void
  /** Bytes that are not part of a whole frame yet. */
  #parts: Buffer[] = []
  #kept = 0
  /** Bytes that must be there before anything can be done. */
  #needed = frameHeadBytes

  constructor(bytesMax: number, sink: (body: Uint8Array) => void) {
    this.#bytesMax = bytesMax
    this.#sink = sink
  }

  /** Hands out the frames that are whole now. Null, or why the stream cannot go on. */
  push(chunk: Buffer): string | null {
    if (this.#kept + chunk.length < this.#needed) {
      this.#keep(chunk)
      return null
    }
    const bytes = this.#kept === 0 ? chunk : Buffer.concat([...this.#parts, chunk])
    this.#parts = []
    this.#kept = 0
    let at = 0
    while (bytes.length - at >= frameHeadBytes) {
      const length = bytes.readUInt32BE(at)
      if (length > this.#bytesMax) return `a frame of ${length} bytes is announced`
      const end = at + frameHeadBytes + length
      if (bytes.length < end) {
        this.#needed = frameHeadBytes + length
        this.#keep(bytes.subarray(at))
        return null
      }
      const body = bytes.subarray(at + frameHeadBytes, end)
      if (crc32c(body) !== bytes.readUInt32BE(at + 4)) return 'a frame fails its check'
      this.#sink(body)
      at = end
    }
    this.#needed = frameHeadBytes
    if (at < bytes.length) this.#keep(bytes.subarray(at))
    return null
  }

  #keep(part: Buffer): void {
    this.#parts.push(part)
    this.#kept += part.length
  }
}
