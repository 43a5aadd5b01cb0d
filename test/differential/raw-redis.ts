// A connection to a real redis-server that sends commands in one write and answers the bytes of each
// reply as they came, so that they can be compared byte for byte.

import { type Socket, connect } from 'node:net'

export class RawRedis {
  readonly #socket: Socket
  #text = ''
  #wake: (() => void) | null = null

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (bytes) => {
      this.#text += bytes.toString('latin1')
      this.#wake?.()
    })
  }

  static open(port: number): Promise<RawRedis> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => resolve(new RawRedis(socket)))
      socket.once('error', reject)
    })
  }

  /** The raw RESP2 reply of each command, one-byte strings. */
  async send(lines: readonly (readonly string[])[]): Promise<string[]> {
    this.#socket.write(Buffer.from(lines.map(encode).join(''), 'latin1'))
    const replies: string[] = []
    while (replies.length < lines.length) {
      let at = 0
      for (let end = replyEnd(this.#text, at); end > 0; end = replyEnd(this.#text, at)) {
        replies.push(this.#text.slice(at, end))
        at = end
      }
      this.#text = this.#text.slice(at)
      if (replies.length < lines.length) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
      }
    }
    return replies
  }

  close(): void {
    this.#socket.destroy()
  }
}

function encode(line: readonly string[]): string {
  return `*${line.length}\r\n${line.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`
}

/** Offset behind the reply at `at`, 0 while it is not whole. */
function replyEnd(text: string, at: number): number {
  const lineEnd = text.indexOf('\r\n', at)
  if (lineEnd < 0) return 0
  const behind = lineEnd + 2
  const kind = text[at]
  const count = Number(text.slice(at + 1, lineEnd))
  if (kind === '$') {
    const end = count < 0 ? behind : behind + count + 2
    return end <= text.length ? end : 0
  }
  if (kind !== '*') return behind
  let end = behind
  for (let i = 0; i < count; i++) {
    end = replyEnd(text, end)
    if (end === 0) return 0
  }
  return end
}
