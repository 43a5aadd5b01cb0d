// A connection to a server that speaks RESP: sends commands in one write and answers the bytes of each
// reply as they came, so that they can be compared byte for byte.

import { type Socket, connect } from 'node:net'
import { encodeLine, replyEnd } from './reply-text.js'

export class RawRedis {
  readonly #socket: Socket
  #text = ''
  #wake: (() => void) | null = null
  #isClosed = false

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on('data', (bytes) => {
      this.#text += bytes.toString('latin1')
      this.#wake?.()
    })
    const close = (): void => {
      this.#isClosed = true
      this.#wake?.()
    }
    socket.on('error', close)
    socket.on('close', close)
  }

  static open(port: number, host = '127.0.0.1'): Promise<RawRedis> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, host, () => {
        socket.off('error', reject)
        resolve(new RawRedis(socket))
      })
      socket.once('error', reject)
    })
  }

  /** The raw reply of each command, one-byte strings. */
  async send(lines: readonly (readonly string[])[]): Promise<string[]> {
    this.write(lines)
    return this.#read(lines)
  }

  /** The next `count` replies or messages, without asking for any. */
  next(count: number): Promise<string[]> {
    return this.#read(Array.from({ length: count }, () => ['anything']))
  }

  async #read(lines: readonly (readonly string[])[]): Promise<string[]> {
    const replies: string[] = []
    while (replies.length < lines.length) {
      let at = 0
      while (replies.length < lines.length && at < this.#text.length) {
        const end = replyEnd(this.#text, at)
        if (end === 0) break
        replies.push(this.#text.slice(at, end))
        at = end
      }
      this.#text = this.#text.slice(at)
      if (replies.length < lines.length) await this.#more(lines[replies.length] ?? [])
    }
    return replies
  }

  /** Sends without waiting. */
  write(lines: readonly (readonly string[])[]): void {
    this.#socket.write(Buffer.from(lines.map(encodeLine).join(''), 'latin1'))
  }

  /** Everything that came and was not taken yet. */
  take(): string {
    const text = this.#text
    this.#text = ''
    return text
  }

  close(): void {
    this.#socket.destroy()
  }

  #more(line: readonly string[]): Promise<void> {
    if (this.#isClosed) throw new Error(`closed instead of a reply to ${JSON.stringify(line)}`)
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = null
        resolve()
      }
    })
  }
}
