// Free disk space, looked at once a second: a full disk is foreseen, because a write that fails
// poisons the store for good.

import { statfs } from 'node:fs'

const intervalMs = 1_000

export class SpaceWatch {
  readonly #directory: string
  readonly #reserve: number
  readonly #sink: (short: boolean) => void
  #timer: NodeJS.Timeout | null = null
  #isShort = false

  constructor(directory: string, reserve: number, sink: (short: boolean) => void) {
    this.#directory = directory
    this.#reserve = reserve
    this.#sink = sink
  }

  start(): void {
    this.#look()
    this.#timer = setInterval(() => this.#look(), intervalMs)
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
  }

  /** Takes a measurement: short below the reserve, good again above 1.2 times the reserve. */
  measured(freeBytes: number): void {
    const short = this.#isShort ? freeBytes < this.#reserve * 1.2 : freeBytes < this.#reserve
    if (short === this.#isShort) return
    this.#isShort = short
    this.#sink(short)
  }

  #look(): void {
    statfs(this.#directory, (error, found) => {
      if (error === null) this.measured(found.bavail * found.bsize)
    })
  }
}
