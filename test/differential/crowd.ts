// Several connections at once, at redis-server and at members of a cluster: what each of them hears after
// each step must be the same bytes. A step is one connection's command; what it wakes is heard with it.

import { type Client, CoreWorld } from '../core/core-world.js'
import { RawRedis } from './raw-redis.js'
import { encodeLine, replyEnd } from './reply-text.js'
import type { Line } from './units.js'

export interface Step {
  /** Index of the connection. */
  readonly who: number
  readonly line: Line
}

export interface Crowd {
  /** Opens `count` fresh connections to empty databases. */
  begin(count: number): Promise<void>
  /** What each connection heard behind the step. `{id}` in a line stands for connection 0's id, and so on. */
  take(step: Step): Promise<readonly string[]>
  /** Closes all of them. */
  end(): Promise<void>
}

const idPattern = /^\{id(\d)\}$/

function withIds(line: Line, ids: readonly string[]): Line {
  return line.map((word) => {
    const match = idPattern.exec(word)
    return match === null ? word : (ids[Number(match[1])] ?? '0')
  })
}

/** Connections to a redis-server. */
export class RedisCrowd implements Crowd {
  readonly #port: number
  readonly #control: RawRedis
  #all: RawRedis[] = []
  #ids: string[] = []

  private constructor(port: number, control: RawRedis) {
    this.#port = port
    this.#control = control
  }

  static async open(port: number): Promise<RedisCrowd> {
    return new RedisCrowd(port, await RawRedis.open(port))
  }

  async begin(count: number): Promise<void> {
    await this.#control.send([['flushall'], ['script', 'flush'], ['function', 'flush']])
    for (let i = 0; i < count; i++) this.#all.push(await RawRedis.open(this.#port))
    const replies = await Promise.all(this.#all.map((each) => each.send([['client', 'id']])))
    this.#ids = replies.map(([reply = '']) => reply.slice(1, -2))
  }

  async take({ who, line }: Step): Promise<readonly string[]> {
    this.#all[who]?.write([withIds(line, this.#ids)])
    // Two rounds: the first is answered no sooner than the step is read, the second than all is written.
    await this.#control.send([['ping']])
    await this.#control.send([['ping']])
    await new Promise((resolve) => setImmediate(resolve))
    return this.#all.map((each) => each.take())
  }

  async end(): Promise<void> {
    for (const each of this.#all) each.close()
    this.#all = []
    // Until the server has noticed: a watched or blocked key of the last crowd must not meet the next.
    for (let tries = 0; tries < 200; tries++) {
      const [list = ''] = await this.#control.send([['client', 'list']])
      if (list.split('id=').length <= 2) return
    }
  }

  close(): void {
    this.#control.close()
  }
}

/** Clients of the members of a cluster in step, two of each. */
export class MemberCrowd implements Crowd {
  readonly world: CoreWorld
  readonly #control: Client
  #all: Client[] = []
  #ids: string[] = []

  constructor(members = 3) {
    this.world = new CoreWorld({ members, wall: () => Date.now() })
    if (!this.world.settled()) throw new Error('the members do not settle')
    this.#control = this.world.client(1)
    this.#control.isRaw = true
  }

  begin(count: number): Promise<void> {
    this.#hear(this.#control, ['flushall'])
    for (let i = 0; i < count; i++) {
      const client = this.world.client(memberOf(i))
      client.isRaw = true
      this.#all.push(client)
    }
    this.#ids = this.#all.map((each) => this.#hear(each, ['client', 'id']).slice(1, -2))
    return Promise.resolve()
  }

  take({ who, line }: Step): Promise<readonly string[]> {
    this.#send(this.#all[who] as Client, withIds(line, this.#ids))
    this.#settle()
    return Promise.resolve(this.#all.map((each) => takeText(each)))
  }

  end(): Promise<void> {
    for (const client of this.#all)
      client.member.inbox.push({ kind: 'closed', connection: client.connection })
    this.#all = []
    this.#settle()
    this.world.clients.splice(1)
    return Promise.resolve()
  }

  #hear(client: Client, line: Line): string {
    this.#send(client, line)
    this.world.until(() => replyEnd(client.text, 0) > 0)
    return takeText(client)
  }

  #send(client: Client, line: Line): void {
    const bytes = Buffer.from(encodeLine(line), 'latin1')
    client.member.inbox.push({ kind: 'bytes', connection: client.connection, bytes })
  }

  /** Until nobody has heard anything for longer than a follower may take to learn of a commit. */
  #settle(): void {
    const quietSteps = 150
    let heard = -1
    for (let quiet = 0; quiet < quietSteps; quiet++) {
      this.world.step()
      const length = this.#all.reduce((sum, each) => sum + each.text.length, 0)
      if (length !== heard) quiet = 0
      heard = length
    }
  }
}

/** Pairs share a member: CLIENT UNBLOCK reaches the connections of its own. */
function memberOf(who: number): number {
  return 1 + (who >> 1)
}

function takeText(client: Client): string {
  const { text } = client
  client.text = ''
  return text
}
