// One simulated client connection: an ordered stream of bytes each way between a client and one life of
// a member, with latency, splits at any byte, and the end of the connection seen late or never.

import type { ConnectionId } from '../../src/api/ids.js'
import type { Input } from '../../src/api/io.js'
import { textToBytes } from '../../src/base/bytes.js'
import type { Random } from '../../src/base/random.js'
import type { Schedule } from './schedule.js'

/** The member's end of connections. */
export interface Server {
  readonly life: number
  push(input: Input): void
  attach(connection: SimConnection): void
  detach(connection: SimConnection): void
}

/** The client's end. */
export interface ConnectionUser {
  received(text: string): void
  ended(): void
}

export interface ConnectionOptions {
  readonly schedule: Schedule
  readonly random: Random
  readonly server: Server
  readonly user: ConnectionUser
  /** Bytes of a read are split up in this many of a hundred cases. */
  readonly splits: number
}

export class SimConnection {
  readonly id: ConnectionId
  readonly #options: ConnectionOptions
  readonly #life: number
  #open = true
  #toServer = 0
  #toClient = 0
  /** Reply bytes that a slow reader has not taken yet. */
  #unsent = ''
  #stalled = false
  /** The member asked not to be given more; bytes wait. */
  #paused = false
  #waiting: Uint8Array[] = []

  constructor(id: number, options: ConnectionOptions) {
    this.id = id as ConnectionId
    this.#options = options
    this.#life = options.server.life
    options.server.attach(this)
    this.#reach((server) =>
      server.push({
        kind: 'connected',
        connection: this.id,
        listener: 'resp',
        remote: `127.0.0.1:${40_000 + (id % 20_000)}`,
        local: '127.0.0.1:6379',
        loopback: true,
        identity: null,
      }),
    )
  }

  get isOpen(): boolean {
    return this.#open
  }

  /** Client to member. */
  send(text: string): void {
    const { random } = this.#options
    let at = 0
    while (at < text.length) {
      const whole = !random.chance(this.#options.splits, 100)
      const end = whole ? text.length : Math.min(text.length, at + 1 + random.below(40))
      const bytes = textToBytes(text.slice(at, end))
      at = end
      this.#reach((server) => {
        if (this.#paused) this.#waiting.push(bytes)
        else server.push({ kind: 'bytes', connection: this.id, bytes })
      })
    }
  }

  /** Member to client. */
  write(text: string): void {
    if (this.#stalled) {
      this.#unsent += text
      this.#options.server.push({ kind: 'unsent', connection: this.id, bytes: this.#unsent.length })
    } else this.#arrive(() => this.#options.user.received(text))
  }

  pause(paused: boolean): void {
    this.#paused = paused
    if (paused) return
    for (const bytes of this.#waiting) {
      this.#options.server.push({ kind: 'bytes', connection: this.id, bytes })
    }
    this.#waiting = []
  }

  /** The client stops (true) or goes on taking replies. */
  stall(stalled: boolean): void {
    this.#stalled = stalled
    if (stalled || this.#unsent === '' || !this.#open) return
    const text = this.#unsent
    this.#unsent = ''
    this.#arrive(() => this.#options.user.received(text))
    this.#reach((server) => server.push({ kind: 'unsent', connection: this.id, bytes: 0 }))
  }

  /** The member closes: what it wrote before still arrives. */
  closeByServer(): void {
    this.#options.server.detach(this)
    this.#arrive(() => this.#end())
  }

  /** The client closes, or the network does: replies on their way are lost. */
  closeByClient(): void {
    if (!this.#open) return
    this.#open = false
    this.#reach((server) => {
      server.detach(this)
      server.push({ kind: 'closed', connection: this.id })
    })
  }

  /** The process of the member is gone. */
  serverGone(): void {
    this.#arrive(() => this.#end())
  }

  #end(): void {
    if (!this.#open) return
    this.#open = false
    this.#options.user.ended()
  }

  #reach(act: (server: Server) => void): void {
    const { schedule, random, server } = this.#options
    this.#toServer = Math.max(this.#toServer, schedule.now + 20 + random.below(200))
    schedule.at(this.#toServer, () => {
      if (server.life === this.#life) act(server)
    })
  }

  #arrive(act: () => void): void {
    const { schedule, random } = this.#options
    this.#toClient = Math.max(this.#toClient, schedule.now + 20 + random.below(200))
    schedule.at(this.#toClient, () => {
      if (this.#open) act()
    })
  }
}
