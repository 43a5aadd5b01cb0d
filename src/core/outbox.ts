// Messages to other members, gathered to one frame for each of them and turn. Keeps nothing for who cannot be reached.

import type { MemberId } from '../api/ids.js'
import type { Output } from '../api/io.js'
import { limits } from '../api/limits.js'
import { ByteWriter, Slab } from '../base/bytes.js'
import type { Link, Links } from './links.js'
import { addMessage, beginFrame, type FrameHead, type Message } from './wire.js'

/** Bytes of buffers that frames share: each buffer of its own costs a microsecond, and the collector more. */
const slabBytes = 32 * 1024
/** Bytes that the head of a frame or of a message has at most. */
const headBytesMax = 64

export class Outbox {
  readonly #links: Links
  readonly #out: Output[]
  readonly #head: (to: MemberId, link: Link) => FrameHead
  readonly #writers = new Map<MemberId, ByteWriter>()
  /** Frames are gone soon, all in their order. */
  readonly #slab = new Slab(slabBytes)

  constructor(links: Links, out: Output[], head: (to: MemberId, link: Link) => FrameHead) {
    this.#links = links
    this.#out = out
    this.#head = head
  }

  /** False when the peer cannot be reached now. */
  send(to: MemberId, message: Message): boolean {
    const link = this.#links.best(to)
    const bytes = message.body.length
    if (link === null || bytes > limits.frameBytesMax - headBytesMax) return false
    let writer = this.#writerOf(to, link)
    if (writer.length + bytes > limits.frameSplitBytes && writer.length > headBytesMax) {
      this.#leave(link, writer)
      writer = this.#writerOf(to, link)
    }
    addMessage(writer, message)
    return true
  }

  /** An empty frame where nothing else is said. */
  beat(): void {
    for (const peer of this.#links.peers()) {
      const link = this.#links.best(peer)
      if (link !== null) this.#writerOf(peer, link)
    }
  }

  /** One frame per peer with everything that was said in this turn. */
  flush(): void {
    for (const [peer, writer] of this.#writers) {
      const link = this.#links.best(peer)
      if (writer.length > 0) this.#leave(link, writer)
    }
  }

  #leave(link: Link | null, writer: ByteWriter): void {
    const bytes = writer.finish(this.#slab)
    if (link !== null) this.#out.push({ kind: 'frame', link: link.id, bytes })
  }

  #writerOf(to: MemberId, link: Link): ByteWriter {
    let writer = this.#writers.get(to)
    if (writer === undefined) {
      writer = new ByteWriter(4 * 1024)
      this.#writers.set(to, writer)
    }
    if (writer.length === 0) beginFrame(writer, this.#head(to, link))
    return writer
  }
}
