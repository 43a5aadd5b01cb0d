// Writes one key through one member about once a millisecond and measures how long writes did not work:
// the longest time between two acknowledged ones since a mark.

import type { Redis } from 'ioredis'
import { plainClient } from '../e2e/workload.js'

export class Probe {
  readonly port: number
  #isRunning = true
  #lastOk = performance.now()
  #gapMs = 0
  readonly #done: Promise<void>

  constructor(port: number) {
    this.port = port
    this.#done = this.#run()
  }

  /** Forgets the gaps so far. */
  mark(): void {
    this.#gapMs = 0
  }

  /** Longest time between two acknowledged writes since the mark, one that lasts included. */
  gapMs(): number {
    return Math.max(this.#gapMs, performance.now() - this.#lastOk)
  }

  /** Whether a write was acknowledged after `at`. */
  okSince(at: number): boolean {
    return this.#lastOk > at
  }

  async stop(): Promise<void> {
    this.#isRunning = false
    await this.#done
  }

  async #run(): Promise<void> {
    let client: Redis | null = null
    for (let count = 0; this.#isRunning; count++) {
      try {
        if (client === null) {
          client = plainClient(this.port)
          await client.connect()
        }
        await client.set(`probe:${this.port}`, String(count))
        this.#ok()
      } catch {
        client?.disconnect()
        client = null
      }
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    client?.disconnect()
  }

  #ok(): void {
    const now = performance.now()
    this.#gapMs = Math.max(this.#gapMs, now - this.#lastOk)
    this.#lastOk = now
  }
}
