// A TCP proxy between two members whose directions can be cut, held back and delayed. A cut direction
// keeps its bytes, as a network does that loses packets which TCP sends again; healing lets them go.

import { connect, createServer, type Server, type Socket } from 'node:net'
import { portOf } from '../ports.js'

/** `there`: from the dialling side to the target. `back`: from the target. */
export type Direction = 'there' | 'back'

interface Pair {
  readonly near: Socket
  readonly far: Socket
}

export class FaultProxy {
  readonly #server: Server
  readonly #pairs = new Set<Pair>()
  readonly #cut = new Set<Direction>()
  #delayMs = 0

  private constructor(server: Server) {
    this.#server = server
  }

  /** Listens on a free port and forwards to `targetPort` of 127.0.0.1. */
  static async open(targetPort: number): Promise<FaultProxy> {
    const server = createServer({ pauseOnConnect: true })
    const proxy = new FaultProxy(server)
    server.on('connection', (near) => proxy.#accept(near, targetPort))
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(0, '127.0.0.1', resolve)
    })
    return proxy
  }

  get port(): number {
    return portOf(this.#server)
  }

  /** Holds the bytes of one direction back, of present and future connections. */
  cut(direction: Direction): void {
    this.#cut.add(direction)
    for (const pair of this.#pairs) this.#apply(pair)
  }

  heal(): void {
    this.#cut.clear()
    for (const pair of this.#pairs) this.#apply(pair)
  }

  /** Each chunk leaves this much later. */
  delay(ms: number): void {
    this.#delayMs = ms
  }

  /** Resets all connections; new ones are taken. */
  reset(): void {
    for (const { near, far } of this.#pairs) {
      near.destroy()
      far.destroy()
    }
  }

  async close(): Promise<void> {
    this.reset()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #accept(near: Socket, targetPort: number): void {
    const far = connect({ host: '127.0.0.1', port: targetPort })
    const pair = { near, far }
    this.#pairs.add(pair)
    near.setNoDelay(true)
    far.setNoDelay(true)
    const end = (): void => {
      near.destroy()
      far.destroy()
      this.#pairs.delete(pair)
    }
    for (const socket of [near, far]) {
      socket.on('error', end)
      socket.on('close', end)
    }
    near.on('data', (bytes) => this.#pass(bytes, far))
    far.on('data', (bytes) => this.#pass(bytes, near))
    this.#apply(pair)
  }

  #pass(bytes: Buffer, to: Socket): void {
    if (this.#delayMs === 0) to.write(bytes)
    else setTimeout(() => to.destroyed || to.write(bytes), this.#delayMs)
  }

  #apply(pair: Pair): void {
    if (this.#cut.has('there')) pair.near.pause()
    else pair.near.resume()
    if (this.#cut.has('back')) pair.far.pause()
    else pair.far.resume()
  }
}
