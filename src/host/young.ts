// Collects the young generation before V8 would, where that takes long: nearly all that a store is given survives, and
// what stands in many old objects costs a miss each. Between two turns, so that neither waits for both. Where little
// survives it is left to V8, since earlier collections are more of them. V8 itself counts no bytes of buffers here: where
// 64 MB of them came since the last time, it marks the whole heap instead, 5 to 10 ms with each further one. Needs `--expose-gc`, and does nothing without it.

import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8'

/** Bytes that survived one of V8's own collections from which on it is worth a look how long they take. */
export const survivedMin = 768 * 1024
/** Bytes of young objects since the last collection after which the next one comes, at least and at most. */
export const youngBytesMin = 1024 * 1024
export const youngBytesMax = 4 * 1024 * 1024
/** Bytes of buffers likewise. */
export const bufferBytesMax = 16 * 1024 * 1024
/** Milliseconds of a collection above which the next one comes earlier, and below which later. */
export const longMs = 10
export const shortMs = 7
/** Between two looks. */
const lookMs = 1

export interface YoungParts {
  readonly collect: () => void
  /** Bytes in use by young objects. */
  readonly used: () => number
  /** Bytes of all buffers. */
  readonly buffers: () => number
  /** Milliseconds. */
  readonly clock: () => number
}

export class YoungGeneration {
  readonly #parts: YoungParts
  /** Infinite while it is left to V8. */
  #bytesMax = Number.POSITIVE_INFINITY
  /** In use after the last collection: what survived one waits for its second. */
  #base = 0
  /** Of buffers, the same. */
  #buffersBase = 0
  /** In use at the last look. */
  #last = 0
  #lookedAt = 0

  constructor(parts: YoungParts) {
    this.#parts = parts
  }

  /** Of this process; null where nobody may ask for a collection. */
  static own(): YoungGeneration | null {
    const { gc } = globalThis
    if (gc === undefined) return null
    const at = getHeapSpaceStatistics().findIndex(({ space_name }) => space_name === 'new_space')
    if (at < 0) return null
    return new YoungGeneration({
      collect: () => void gc({ type: 'minor' }),
      used: () => getHeapSpaceStatistics()[at]?.space_used_size ?? 0,
      buffers: () => getHeapStatistics().external_memory,
      clock: () => performance.now(),
    })
  }

  /** Whether it was collected now: the turn comes after what waits beside it. */
  tend(): boolean {
    const { collect, used, buffers, clock } = this.#parts
    const now = clock()
    if (now - this.#lookedAt < lookMs) return false
    this.#lookedAt = now
    const bytes = used()
    if (bytes < this.#last) this.#collected(bytes)
    this.#last = bytes
    const bufferBytes = buffers()
    this.#buffersBase = Math.min(this.#buffersBase, bufferBytes)
    const isMuch = bufferBytes - this.#buffersBase >= bufferBytesMax
    if (bytes - this.#base < this.#bytesMax && !isMuch) return false
    collect()
    this.#base = used()
    this.#last = this.#base
    this.#buffersBase = buffers()
    this.#lookedAt = clock()
    this.#learn(this.#lookedAt - now)
    return true
  }

  /** By V8, since the last look. */
  #collected(bytes: number): void {
    this.#base = bytes
    if (bytes >= survivedMin) this.#bytesMax = Math.min(this.#bytesMax, youngBytesMax)
  }

  #learn(tookMs: number): void {
    if (tookMs > longMs) this.#bytesMax = Math.max(youngBytesMin, this.#bytesMax / 2)
    else if (tookMs < shortMs) this.#bytesMax *= 1.25
    if (this.#bytesMax > youngBytesMax) this.#bytesMax = Number.POSITIVE_INFINITY
  }
}
