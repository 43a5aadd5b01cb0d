// SLOWLOG: the commands that took longest, newest first, without passwords and cut to a bounded length.

import type { Reply } from '../../api/reply.js'
import { bytesToText, textToBytes } from '../../base/bytes.js'

interface Entry {
  readonly id: number
  /** Wall seconds. */
  readonly at: number
  readonly microseconds: number
  readonly args: readonly string[]
  readonly address: string
  readonly name: string
}

const argumentsMax = 32
const charsMax = 128

export class SlowLog {
  readonly #entries: Entry[] = []
  #nextId = 0

  get length(): number {
    return this.#entries.length
  }

  /** `args` redacted; at most `max` entries are kept. */
  add(
    call: {
      readonly args: readonly string[]
      readonly microseconds: number
      readonly address: string
      readonly name: string
    },
    { wall, max }: { readonly wall: number; readonly max: number },
  ): void {
    this.#entries.unshift({
      id: this.#nextId++,
      at: Math.floor(wall / 1000),
      microseconds: Math.max(0, Math.floor(call.microseconds)),
      args: shorten(call.args),
      address: call.address,
      name: call.name,
    })
    this.trim(max)
  }

  trim(max: number): void {
    if (this.#entries.length > max) this.#entries.length = max
  }

  reset(): void {
    this.#entries.length = 0
  }

  /** The newest `count` entries. */
  list(count: number): Reply {
    return this.#entries
      .slice(0, count)
      .map(({ id, at, microseconds, args, address, name }) => [
        ...[id, at, microseconds],
        args,
        ...[address, name],
      ])
  }
}

function shorten(args: readonly string[]): string[] {
  const isLong = args.length > argumentsMax
  const shown = isLong ? args.slice(0, argumentsMax - 1) : args
  const made = shown.map((arg) =>
    arg.length > charsMax
      ? `${copied(arg.slice(0, charsMax))}... (${arg.length - charsMax} more bytes)`
      : arg,
  )
  if (isLong) made.push(`... (${args.length - argumentsMax + 1} more arguments)`)
  return made
}

/** A slice keeps the whole text in memory that it is of. */
function copied(text: string): string {
  return bytesToText(textToBytes(text))
}
