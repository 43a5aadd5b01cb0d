// One connection to another Redis server: sends commands, hears their replies. Whatever the other side does,
// it ends with an answer. Replies are read with redis-parser: the server is one that an operator named.

import { createRequire } from 'node:module'
import { connect, type Socket } from 'node:net'
import type { Sent } from '../api/io.js'
import { limits } from '../api/limits.js'

/** redis-parser comes without types. */
const RedisParser = createRequire(import.meta.url)('redis-parser') as new (options: {
  readonly returnReply: (reply: unknown) => void
  readonly returnError: (error: Error) => void
  readonly returnFatalError: (error: Error) => void
}) => { execute(bytes: Buffer): void }

export type Fault = Exclude<Sent['fault'], null>

export interface Heard {
  readonly fault: Fault | null
  readonly replies: readonly (string | null)[]
}

/** Characters that are written at once, about. */
const pieceChars = 64 * 1024

/** What Redis finds out before it has a connection; the rest shows when it writes. */
const beforeConnecting: ReadonlySet<string> = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'ENETUNREACH',
  'EINVAL',
])

/** A connection, or where it failed. */
export function dial(host: string, port: number, idleMs: number): Promise<Line | Fault> {
  // Node takes an empty name for its own machine.
  if (host === '') return Promise.resolve('connect')
  return new Promise((resolve) => {
    let socket: Socket
    try {
      socket = connect({ host, port, noDelay: true })
    } catch {
      resolve('connect')
      return
    }
    const fail = (fault: Fault): void => {
      socket.destroy()
      resolve(fault)
    }
    socket.setTimeout(idleMs, () => fail('connect'))
    socket.on('error', (error) => {
      const code = 'code' in error ? String(error.code) : ''
      fail(beforeConnecting.has(code) ? 'connect' : 'write')
    })
    socket.once('connect', () => {
      socket.removeAllListeners('timeout')
      socket.removeAllListeners('error')
      resolve(new Line(socket))
    })
  })
}

interface Question {
  readonly count: number
  readonly replies: (string | null)[]
  /** All commands were written. */
  isFlushed: boolean
  bytes: number
  readonly timer: NodeJS.Timeout
  readonly resolve: (heard: Heard) => void
}

export class Line {
  readonly #socket: Socket
  readonly #parser: { execute(bytes: Buffer): void }
  #question: Question | null = null
  #isGone = false
  /** Called when it is closed, by whomever. */
  gone: () => void = () => {}

  constructor(socket: Socket) {
    this.#socket = socket
    this.#parser = new RedisParser({
      returnReply: () => this.#take(null),
      // Replies are one byte for each character everywhere behind this line.
      returnError: ({ message }) => this.#take(Buffer.from(message, 'utf8').toString('latin1')),
      returnFatalError: () => this.close(),
    })
    socket.on('data', (bytes) => this.#hear(bytes))
    socket.on('timeout', () => this.close())
    socket.on('error', () => this.close())
    socket.on('close', () => this.close())
    socket.on('end', () => this.close())
  }

  /** Nothing can be sent any more. */
  get isGone(): boolean {
    return this.#isGone
  }

  /** Sends all commands and hears one reply to each; one question at a time. */
  ask(commands: readonly (readonly string[])[], idleMs: number): Promise<Heard> {
    if (this.#isGone) return Promise.resolve({ fault: 'write', replies: [] })
    return new Promise((resolve) => {
      const socket = this.#socket
      const question: Question = {
        count: commands.length,
        replies: [],
        isFlushed: false,
        bytes: 0,
        timer: setTimeout(() => this.close(), limits.migrateMsMax),
        resolve,
      }
      this.#question = question
      socket.setTimeout(idleMs)
      this.#pump(question, piecesOf(commands))
    })
  }

  close(): void {
    if (this.#isGone) return
    this.#isGone = true
    this.#socket.destroy()
    const question = this.#question
    if (question !== null) this.#answer(question, question.isFlushed ? 'read' : 'write')
    this.gone()
  }

  /** Writes as fast as the other side takes it: a long value is never copied whole. */
  #pump(question: Question, pieces: Generator<string>): void {
    while (this.#question === question) {
      const { done, value } = pieces.next()
      if (done === true) {
        question.isFlushed = true
        return
      }
      if (this.#socket.write(value, 'latin1')) continue
      this.#socket.once('drain', () => this.#pump(question, pieces))
      return
    }
  }

  #hear(bytes: Buffer): void {
    const question = this.#question
    // Nobody asked.
    if (question === null) return this.close()
    question.bytes += bytes.length
    if (question.bytes > question.count * limits.migrateReplyBytesMax) return this.close()
    try {
      this.#parser.execute(bytes)
    } catch {
      this.close()
    }
    return undefined
  }

  #take(reply: string | null): void {
    const question = this.#question
    if (question === null) return this.close()
    question.replies.push(reply)
    if (question.replies.length < question.count) return undefined
    this.#answer(question, null)
    // Answered before everything was said: half a command would stand before the next one.
    if (!question.isFlushed) this.close()
    return undefined
  }

  #answer(question: Question, fault: Fault | null): void {
    this.#question = null
    clearTimeout(question.timer)
    if (!this.#isGone) this.#socket.setTimeout(0)
    question.resolve({ fault, replies: question.replies })
  }
}

/** The commands as text, in pieces of about `pieceChars`. */
function* piecesOf(commands: readonly (readonly string[])[]): Generator<string> {
  let text = ''
  for (const command of commands) {
    text += `*${command.length}\r\n`
    for (const arg of command) {
      text += `$${arg.length}\r\n`
      for (let at = 0; at < arg.length; at += pieceChars) {
        text += arg.slice(at, at + pieceChars)
        if (text.length < pieceChars) continue
        yield text
        text = ''
      }
      text += '\r\n'
    }
  }
  yield text
}
