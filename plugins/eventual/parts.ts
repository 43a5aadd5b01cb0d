// Messages that are longer than a frame may be: an entry that holds a whole large key, or a slot with one. They are
// sent in parts, few at a time: a link that is given more than its queue takes is closed. Parts that came are kept
// where others were lost: the same message is sent again, and has the same.

import { type Hash64, hashBytes, hashEquals } from 'quorate/plugin'
import type { Part } from './messages.js'

/** Messages of one member that are put together at a time; more drop the oldest. */
const openMax = 2
/** Milliseconds after the last part from which on nothing more is hoped for: what was sent twice leaves a rest. */
const restMs = 60_000

/** Bytes of a message that is put together: a slot may hold most of a member's data. */
const wholeBytesMax = 2 * 1024 * 1024 * 1024
/** Parts on their way to one member. */
const flightMax = 2

interface Open {
  readonly hash: Hash64
  readonly parts: (Uint8Array | undefined)[]
  /** Parts that lack, and bytes that are there. */
  left: number
  bytes: number
}

export function partsOf(message: Uint8Array, partBytes: number): readonly Part[] {
  const hash = hashBytes(message)
  const count = Math.ceil(message.length / partBytes)
  return Array.from({ length: count }, (_, index) => {
    const bytes = message.subarray(index * partBytes, (index + 1) * partBytes)
    return { kind: 'part', hash, index, count, bytes }
  })
}

/** What goes to one member in parts: each once it has got one of those before. */
export class Sending {
  #waiting: Part[] = []
  #flight = 0
  #movedAt = 0

  /** Whether some are under way, and were taken within so many milliseconds. */
  isMoving(mono: number, patience: number): boolean {
    return this.#waiting.length + this.#flight > 0 && mono - this.#movedAt <= patience
  }

  /** Parts that go at once; `isAnew`: nothing is hoped for of those before. */
  add(parts: readonly Part[], mono: number, isAnew: boolean): readonly Part[] {
    if (isAnew) {
      this.#waiting = []
      this.#flight = 0
    }
    if (this.#flight === 0) this.#movedAt = mono
    for (const part of parts) this.#waiting.push(part)
    return this.#next()
  }

  /** One was taken: those that follow it. */
  took(mono: number): readonly Part[] {
    if (this.#flight === 0) return []
    this.#flight--
    this.#movedAt = mono
    return this.#next()
  }

  #next(): readonly Part[] {
    const next = this.#waiting.splice(0, Math.max(0, flightMax - this.#flight))
    this.#flight += next.length
    return next
  }
}

/** What came of long messages of one member. */
export class Parts {
  #open: Open[] = []
  /** Milliseconds at which a part came last. */
  #heardAt = 0

  /** The whole message, once its last part is there. */
  take({ hash, index, count, bytes }: Part, mono: number): Uint8Array | null {
    this.#heardAt = mono
    let open = this.#open.find((each) => hashEquals(each.hash, hash) && each.parts.length === count)
    if (open === undefined) {
      open = { hash, parts: Array.from({ length: count }), left: count, bytes: 0 }
      this.#open = [...this.#open.slice(1 - openMax), open]
    }
    if (open.parts[index] !== undefined) return null
    open.parts[index] = bytes
    open.bytes += bytes.length
    if (--open.left > 0 && open.bytes <= wholeBytesMax) return null
    this.#open = this.#open.filter((each) => each !== open)
    if (open.left > 0) return null
    const whole = join(open.parts)
    return hashEquals(hashBytes(whole), hash) ? whole : null
  }

  prune(mono: number): void {
    if (this.#open.length > 0 && mono - this.#heardAt > restMs) this.#open = []
  }

  clear(): void {
    this.#open = []
  }
}

function join(parts: readonly (Uint8Array | undefined)[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + (part?.length ?? 0), 0))
  let at = 0
  for (const part of parts) {
    if (part === undefined) continue
    whole.set(part, at)
    at += part.length
  }
  return whole
}
