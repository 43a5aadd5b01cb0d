// The hot path of the product: reads a small command that stands whole in a chunk, in one go. It
// keeps no state and judges nothing: whatever is unusual is left to the parser's careful path.

import type { Buffer } from 'node:buffer'
import type { DoorLimits } from '../api/door.js'
import { isCrossProtocol, nameOf } from './name.js'

const dollar = 36
const zero = 48
const cr = 13
const lf = 10
/** `$1\r\n` and the \r\n behind the content: a shorter rest holds no bulk string of one byte. */
const shortestBulk = 7

export class QuickReader {
  /** Offset behind what was read last. */
  next = 0
  /** Where the content of the last bulk string begins. */
  #start = 0

  /** The command whose `*` stands at `at`, or null; `next` is the offset behind it. */
  read(bytes: Buffer, at: number, limits: DoorLimits): string[] | null {
    const end = bytes.length
    if (at + 4 > end || bytes[at + 2] !== cr || bytes[at + 3] !== lf) return null
    const count = (bytes[at + 1] as number) - zero
    if (count < 1 || count > 9 || count > limits.argumentsMax) return null
    const room = Math.min(end, at + limits.queryBytesMax)
    const most = limits.bulkBytesMax
    this.next = at + 4
    if (!this.#bulk(bytes, room, most)) return null
    const name = nameOf(bytes, this.#start, this.next - 2)
    if (isCrossProtocol(name)) return null
    if (count === 1) return [name]
    if (!this.#bulk(bytes, room, most)) return null
    const first = bytes.latin1Slice(this.#start, this.next - 2)
    if (count === 2) return [name, first]
    if (!this.#bulk(bytes, room, most)) return null
    const second = bytes.latin1Slice(this.#start, this.next - 2)
    if (count === 3) return [name, first, second]
    const args = roomFor(count, name, first, second)
    for (let i = 3; i < count; i++) {
      if (!this.#bulk(bytes, room, most)) return null
      args[i] = bytes.latin1Slice(this.#start, this.next - 2)
    }
    return args
  }

  /**
   * The argument that stands whole at `at`, or null; `next` is the offset behind it. `room` is how many
   * bytes its command may still take.
   */
  argument(bytes: Buffer, at: number, room: number, limits: DoorLimits): string | null {
    this.next = at
    if (!this.#bulk(bytes, Math.min(bytes.length, at + room), limits.bulkBytesMax)) return null
    return bytes.latin1Slice(this.#start, this.next - 2)
  }

  /** Finds the bulk string at `next`, of 0 to 9,999 bytes, and moves `next` behind it. */
  #bulk(bytes: Buffer, end: number, bytesMax: number): boolean {
    let at = this.next
    if (at + shortestBulk > end || bytes[at] !== dollar) return false
    let length = (bytes[at + 1] as number) - zero
    at += 2
    if (length < 0 || length > 9) return false
    if (length > 0) {
      const stop = Math.min(at + 3, end)
      while (at < stop) {
        const digit = (bytes[at] as number) - zero
        if (digit < 0 || digit > 9) break
        length = length * 10 + digit
        at++
      }
    }
    const start = at + 2
    const stop = start + length
    if (stop + 2 > end || length > bytesMax) return false
    if (bytes[at] !== cr || bytes[at + 1] !== lf) return false
    if (bytes[stop] !== cr || bytes[stop + 1] !== lf) return false
    this.#start = start
    this.next = stop + 2
    return true
  }
}

/** An array of exactly `count` places: one that grows to them keeps room for sixteen more. */
function roomFor(count: number, name: string, first: string, second: string): string[] {
  switch (count) {
    case 4:
      return [name, first, second, '']
    case 5:
      return [name, first, second, '', '']
    case 6:
      return [name, first, second, '', '', '']
    case 7:
      return [name, first, second, '', '', '', '']
    case 8:
      return [name, first, second, '', '', '', '', '']
    default:
      return [name, first, second, '', '', '', '', '', '']
  }
}
