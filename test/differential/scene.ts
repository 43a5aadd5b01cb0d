// Scripts over several connections, played at redis-server and at a cluster in step, whose transcripts
// must be the same bytes. A step is `name COMMAND ...`: the connection sends and has its reply before the
// next step. `name~ COMMAND ...` sends what blocks. `name!` takes a reply that is due by now. `%name`
// among the arguments stands for the id of that connection.

import { type Socket, connect } from 'node:net'
import { type Client, CoreWorld, type CoreWorldOptions } from '../core/core-world.js'
import { encodeCommand } from '../sim/resp-client.js'

export type Scene = readonly string[]

/** Milliseconds until a reply that does not come is given up. */
const patienceMs = 20_000

interface Stage {
  /** The raw reply of a command, or of a blocked one before it. */
  say(name: string, args: readonly string[]): Promise<string>
  block(name: string, args: readonly string[]): Promise<void>
  take(name: string): Promise<string>
  /** What CLIENT ID answers there. */
  idOf(name: string): Promise<string>
}

export async function play(scene: Scene, stage: Stage): Promise<string[]> {
  const transcript: string[] = []
  for (const line of scene) {
    const [who = '', ...words] = line.split(' ')
    const args: string[] = []
    for (const word of words) {
      const isName = word[0] === '%' && !word.includes('~')
      args.push(isName ? await stage.idOf(word.slice(1)) : word)
    }
    const name = who.replace(/[~!]$/, '')
    if (who.endsWith('~')) await stage.block(name, args)
    else {
      const reply = who.endsWith('!') ? await stage.take(name) : await stage.say(name, args)
      transcript.push(`${line} -> ${JSON.stringify(reply)}`)
    }
  }
  return transcript
}

/** A cluster in step; each name is a client of one of its members. */
export class OurStage implements Stage {
  readonly world: CoreWorld
  readonly #clients = new Map<string, { readonly client: Client; at: number }>()

  constructor(members: number, options: Omit<CoreWorldOptions, 'members'> = {}) {
    this.world = new CoreWorld({ members, ...options })
    if (!this.world.settled()) throw new Error('the cluster does not settle')
  }

  say(name: string, args: readonly string[]): Promise<string> {
    this.#of(name).client.send(args.join(' '))
    return this.take(name)
  }

  block(name: string, args: readonly string[]): Promise<void> {
    this.#of(name).client.send(args.join(' '))
    for (let i = 0; i < 50; i++) this.world.step()
    return Promise.resolve()
  }

  take(name: string): Promise<string> {
    const of = this.#of(name)
    this.world.until(() => replyEnd(of.client.text, of.at) > 0)
    const end = replyEnd(of.client.text, of.at)
    const reply = end > 0 ? of.client.text.slice(of.at, end) : 'none'
    of.at = end > 0 ? end : of.at
    return Promise.resolve(reply)
  }

  idOf(name: string): Promise<string> {
    return Promise.resolve(String(this.#of(name).client.connection))
  }

  #of(name: string): { readonly client: Client; at: number } {
    let of = this.#clients.get(name)
    if (of === undefined) {
      const { world } = this
      of = { client: world.client(1 + (this.#clients.size % world.members.length)), at: 0 }
      of.client.isRaw = true
      this.#clients.set(name, of)
    }
    return of
  }
}

/** A redis-server; each name is a connection. */
export class RedisStage implements Stage {
  readonly #port: number
  readonly #connections = new Map<string, Connection>()

  constructor(port: number) {
    this.#port = port
  }

  async say(name: string, args: readonly string[]): Promise<string> {
    const connection = await this.#of(name)
    connection.send(args)
    return connection.take()
  }

  async block(name: string, args: readonly string[]): Promise<void> {
    const watcher = await this.#of(' watcher')
    const connection = await this.#of(name)
    connection.send(args)
    const until = Date.now() + patienceMs
    while (Date.now() < until) {
      watcher.send(['CLIENT', 'LIST', 'ID', connection.id])
      if (/ flags=[a-zA-Z]*b/.test(await watcher.take())) return
    }
    throw new Error(`${args.join(' ')} does not block`)
  }

  async take(name: string): Promise<string> {
    return (await this.#of(name)).take()
  }

  async idOf(name: string): Promise<string> {
    return (await this.#of(name)).id
  }

  close(): void {
    for (const connection of this.#connections.values()) connection.close()
  }

  async #of(name: string): Promise<Connection> {
    let connection = this.#connections.get(name)
    if (connection === undefined) {
      connection = await Connection.open(this.#port)
      this.#connections.set(name, connection)
      connection.send(['CLIENT', 'ID'])
      connection.id = (await connection.take()).slice(1, -2)
    }
    return connection
  }
}

class Connection {
  id = ''
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

  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => resolve(new Connection(socket)))
      socket.once('error', reject)
    })
  }

  send(args: readonly string[]): void {
    this.#socket.write(encodeCommand(args), 'latin1')
  }

  async take(): Promise<string> {
    for (;;) {
      const end = replyEnd(this.#text, 0)
      if (end > 0) {
        const reply = this.#text.slice(0, end)
        this.#text = this.#text.slice(end)
        return reply
      }
      const isMore = await new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => resolve(false), patienceMs)
        this.#wake = () => {
          clearTimeout(timer)
          resolve(true)
        }
      })
      if (!isMore) return 'none'
    }
  }

  close(): void {
    this.#socket.destroy()
  }
}

/** Offset behind the RESP2 or RESP3 reply at `at`, 0 while it is not whole. */
export function replyEnd(text: string, at: number): number {
  const lineEnd = text.indexOf('\r\n', at)
  if (lineEnd < 0) return 0
  const behind = lineEnd + 2
  const kind = text[at] ?? ''
  const count = Number(text.slice(at + 1, lineEnd))
  if (kind === '$' || kind === '=') {
    const end = count < 0 ? behind : behind + count + 2
    return end <= text.length ? end : 0
  }
  if (!'*%~>'.includes(kind)) return behind
  let end = behind
  for (let i = 0; i < (kind === '%' ? 2 * count : count); i++) {
    end = replyEnd(text, end)
    if (end === 0) return 0
  }
  return end
}
