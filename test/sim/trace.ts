// The running hash over everything that crosses the border of every core: same seed, same hash, in
// every process and on every runtime. And the readable form of a step, for the report of a failure.

import type { Input, Output } from '../../src/api/io.js'
import { bytesToText } from '../../src/base/bytes.js'

export class TraceHash {
  #a = 0x2545f491
  #b = 0x9e3779b9

  number(value: number): void {
    // Two halves: times and ids may be above 2^32.
    this.#mix(value | 0)
    this.#mix(Math.floor(value / 0x100000000) | 0)
  }

  bytes(bytes: Uint8Array): void {
    this.#mix(bytes.length)
    let word = 0
    for (let i = 0; i < bytes.length; i++) {
      word = (word << 8) | (bytes[i] as number)
      if ((i & 3) === 3) this.#mix(word)
    }
    this.#mix(word)
  }

  text(text: string): void {
    this.#mix(text.length)
    let word = 0
    for (let i = 0; i < text.length; i++) {
      word = (word << 8) | text.charCodeAt(i)
      if ((i & 3) === 3) this.#mix(word)
    }
    this.#mix(word)
  }

  input(input: Input): void {
    this.text(input.kind)
    switch (input.kind) {
      case 'bytes':
        this.#mix(input.connection)
        return this.bytes(input.bytes)
      case 'frame':
        this.#mix(input.link)
        return this.bytes(input.bytes)
      case 'stored':
        this.#mix(input.error === null ? 0 : 1)
        return this.#mix(input.id)
      case 'scanned':
        this.#mix(input.rows.length)
        return this.#mix(input.id)
      default:
    }
  }

  output(output: Output): void {
    this.text(output.kind)
    switch (output.kind) {
      case 'write':
        this.#mix(output.connection)
        return this.text(output.text)
      case 'frame':
        this.#mix(output.link)
        return this.bytes(output.bytes)
      case 'store':
        this.#mix(output.write.id)
        for (const row of output.write.puts) {
          this.text(row.key)
          this.bytes(row.value)
        }
        for (const key of output.write.deletes) this.text(key)
        for (const range of output.write.ranges) this.text(range.from + range.to)
        return
      case 'scan':
        return this.text(output.from)
      default:
    }
  }

  /** 16 hexadecimal digits. */
  get value(): string {
    const hex = (n: number): string => (n >>> 0).toString(16).padStart(8, '0')
    return hex(this.#a) + hex(this.#b)
  }

  #mix(word: number): void {
    this.#a = Math.imul(this.#a ^ word, 0x85ebca6b)
    this.#a ^= this.#a >>> 15
    this.#b = (Math.imul(this.#b, 0x01000193) + this.#a) | 0
  }
}

/** One input in a line. */
export function describeInput(input: Input): string {
  switch (input.kind) {
    case 'bytes':
      return `bytes c${input.connection} ${printable(bytesToText(input.bytes))}`
    case 'frame':
      return `frame l${input.link} ${input.bytes.length} bytes`
    case 'stored':
      return `stored ${input.store} #${input.id}${input.error === null ? '' : ` ${input.error}`}`
    case 'scanned':
      return `scanned #${input.id} ${input.rows.length} rows${input.done ? ', all' : ''}`
    case 'link-opened':
      return `link-opened l${input.link} to ${input.to ?? '?'}`
    case 'link-closed':
      return `link-closed l${input.link}`
    case 'disk':
      return `disk ${input.short ? 'short' : 'has room'}`
    case 'connected':
    case 'ended':
    case 'closed':
    case 'unsent':
      return `${input.kind} c${input.connection}`
    default:
      return input.kind
  }
}

/** One output in a line. */
export function describeOutput(output: Output): string {
  switch (output.kind) {
    case 'write':
      return `write c${output.connection} ${printable(output.text)}`
    case 'frame':
      return `frame l${output.link} ${output.bytes.length} bytes`
    case 'store': {
      const { write } = output
      const parts = `${write.puts.length} puts ${write.deletes.length} deletes ${write.ranges.length} ranges`
      return `store ${write.store} #${write.id} ${parts}${write.sync ? ' sync' : ''}`
    }
    case 'scan':
      return `scan #${output.id} ${output.store}`
    case 'trace':
      return `${output.event.event} ${JSON.stringify(output.event.fields)}`
    case 'stopped':
      return `stopped ${output.code} ${output.why}`
    case 'link-close':
      return `link-close l${output.link}`
    default:
      return output.kind
  }
}

function printable(text: string): string {
  const cut = text.length > 120 ? `${text.slice(0, 120)}...` : text
  return JSON.stringify(cut).slice(1, -1)
}
