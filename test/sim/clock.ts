// The two clocks of one simulated member. The world's time is in microseconds; a member sees
// milliseconds that drift, and a wall clock that is skewed, jumps or stands still. The monotonic clock
// never goes back.

import type { Now } from '../../src/api/ids.js'

/** Wall milliseconds of the world's start. */
const epochMs = 1_800_000_000_000

export class SimClock {
  #anchorUs = 0
  #anchorMono: number
  #ppm = 0
  #skewMs = 0
  #frozenWall: number | null = null

  /** `startMono`: what the monotonic clock shows at the world's start, as machines boot at any time. */
  constructor(startMono: number) {
    this.#anchorMono = startMono
  }

  now(us: number): Now {
    const mono = this.#mono(us)
    return { wall: this.#frozenWall ?? this.#wall(us), mono }
  }

  /** World time at which the monotonic clock shows `mono`; in the past if it already does. */
  whenMono(mono: number): number {
    const ms = Math.min(mono - this.#anchorMono, 1_000_000)
    return this.#anchorUs + Math.ceil((ms * 1_000_000_000) / (1_000_000 + this.#ppm))
  }

  drift(us: number, ppm: number): void {
    this.#anchorMono = this.#mono(us)
    this.#anchorUs = us
    this.#ppm = ppm
  }

  /** Moves the wall clock; negative jumps back. */
  jump(ms: number): void {
    this.#skewMs += ms
  }

  /** The wall clock is off by as much, whatever it was before. */
  leap(ms: number): void {
    this.#skewMs = ms
  }

  freeze(us: number): void {
    this.#frozenWall ??= this.#wall(us)
  }

  thaw(): void {
    this.#frozenWall = null
  }

  /** Time service is back: true time, true rate. */
  heal(us: number): void {
    this.drift(us, 0)
    this.#skewMs = 0
    this.#frozenWall = null
  }

  #mono(us: number): number {
    const passed = Math.max(0, us - this.#anchorUs)
    return this.#anchorMono + Math.floor((passed * (1_000_000 + this.#ppm)) / 1_000_000_000)
  }

  #wall(us: number): number {
    return epochMs + this.#skewMs + Math.floor(us / 1000)
  }
}
