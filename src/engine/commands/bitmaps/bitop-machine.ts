// BITOP in steps: finds all sources, then folds them into the result one after the other, a chunk at a
// time as 32-bit words.

import { Buffer } from 'node:buffer'
import { later } from '../../../api/engine.js'
import { wrongType } from '../../../api/replies.js'
import type { Reply } from '../../../api/reply.js'
import type { Context, Machine } from '../../context.js'
import { bytesPerElement } from '../../values/bits.js'

export type BitOperation = 'and' | 'or' | 'xor' | 'not'

/** Bytes folded in one go; a multiple of four. */
const chunkBytes = 64 * 1024

const chunk = Buffer.allocUnsafeSlow(chunkBytes)
const chunkWords = new Uint32Array(chunk.buffer, 0, chunkBytes / 4)

export class BitopMachine implements Machine {
  readonly #context: Context
  readonly #operation: BitOperation
  readonly #args: readonly string[]
  readonly #sources: string[] = []
  #longest = 0
  #result = Buffer.alloc(0)
  #words = new Uint32Array(0)
  /** Source and offset in it of the next chunk. */
  #source = 0
  #offset = 0

  constructor(context: Context, operation: BitOperation, args: readonly string[]) {
    this.#context = context
    this.#operation = operation
    this.#args = args
  }

  step(budget: number): Reply | typeof later {
    let left = budget
    for (; left > 0 && this.#sources.length < this.#args.length - 3; left--) {
      const value = this.#context.lookup(this.#args[this.#sources.length + 3] as string)
      if (value !== undefined && typeof value !== 'string') return wrongType
      this.#take(value ?? '')
    }
    for (; left > 0 && this.#source < this.#sources.length; ) {
      left -= 1 + this.#fold() / bytesPerElement
    }
    if (left <= 0 && this.#source < this.#sources.length) return later
    return this.#sources.length < this.#args.length - 3 ? later : this.#finish()
  }

  #take(text: string): void {
    this.#longest = Math.max(this.#longest, text.length)
    this.#sources.push(text)
    if (this.#sources.length < this.#args.length - 3) return
    this.#result = Buffer.alloc((this.#longest + 3) & ~3)
    this.#words = new Uint32Array(this.#result.buffer, 0, this.#result.length / 4)
    if (this.#longest === 0) this.#source = this.#sources.length
  }

  /** Folds the next chunk; its length. */
  #fold(): number {
    const text = this.#sources[this.#source] as string
    const from = this.#offset
    const length = Math.min(chunkBytes, this.#result.length - from)
    const have = Math.max(0, Math.min(length, text.length - from))
    if (have > 0) chunk.latin1Write(text.slice(from, from + have), 0, have)
    chunk.fill(0, have, length)
    foldWords(this.#source === 0 ? first(this.#operation) : this.#operation, {
      into: this.#words,
      at: from / 4,
      count: length / 4,
    })
    this.#offset += length
    if (this.#offset >= this.#result.length) {
      this.#offset = 0
      this.#source++
    }
    return length
  }

  #finish(): Reply {
    const target = this.#args[2] as string
    const { effects } = this.#context
    if (this.#longest === 0) {
      if (this.#context.findStored(target) !== undefined) effects.remove(target, 'del')
    } else effects.put(target, this.#result.latin1Slice(0, this.#longest), 'set')
    return this.#longest
  }
}

/** The first source is taken as it is. */
function first(operation: BitOperation): BitOperation {
  return operation === 'not' ? 'not' : 'or'
}

/** Folds the first `count` words of the chunk into the result from `at` on. */
function foldWords(
  operation: BitOperation,
  { into, at, count }: { readonly into: Uint32Array; readonly at: number; readonly count: number },
): void {
  const from = chunkWords
  switch (operation) {
    case 'and':
      for (let i = 0; i < count; i++) into[at + i] = (into[at + i] as number) & (from[i] as number)
      return
    case 'or':
      for (let i = 0; i < count; i++) into[at + i] = (into[at + i] as number) | (from[i] as number)
      return
    case 'xor':
      for (let i = 0; i < count; i++) into[at + i] = (into[at + i] as number) ^ (from[i] as number)
      return
    case 'not':
      for (let i = 0; i < count; i++) into[at + i] = ~(from[i] as number)
  }
}
