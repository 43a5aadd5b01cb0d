// The effects on hashes.

import { hashString } from '../../base/hash.js'
import type { Changes } from '../changes.js'
import { type HashValue, hashEncodingWith } from '../values/hash.js'
import { fieldBytes, type MapPart, timeBytes } from '../values/map-part.js'
import { textBytes } from '../values/text.js'

export class HashEffects {
  readonly #changes: Changes

  constructor(changes: Changes) {
    this.#changes = changes
  }

  /** Sets a field and leaves its time alone; whether it is new. */
  set(key: string, hash: HashValue, field: string, text: string): boolean {
    const index = indexOf(hash, field)
    this.#changes.begin(key, hash, index)
    const part = hash.body.parts[index] as MapPart
    const before = part.map.get(field)
    part.map.set(field, text)
    if (before === undefined) this.#changes.end(1, fieldBytes(field, text))
    else this.#changes.end(0, textBytes(text) - textBytes(before))
    this.encode(key, hash, hashEncodingWith(hash, field, text))
    return before === undefined
  }

  /** Sets a field and drops its time; whether it is new. */
  put(key: string, hash: HashValue, field: string, text: string): boolean {
    return this.set(key, hash, field, text)
  }

  /** Removes a field; whether it was there. */
  remove(key: string, hash: HashValue, field: string): boolean {
    const index = indexOf(hash, field)
    const before = (hash.body.parts[index] as MapPart).map.get(field)
    if (before === undefined) return false
    this.#changes.begin(key, hash, index)
    const part = hash.body.parts[index] as MapPart
    part.map.delete(field)
    const timed = part.times?.delete(field) === true
    if (timed && part.times?.size === 0) part.times = null
    this.#changes.end(-1, -fieldBytes(field, before) - (timed ? timeBytes : 0))
    return true
  }

  encode(key: string, hash: HashValue, encoding: number): void {
    if (hash.encoding === encoding) return
    this.#changes.header(key, hash)
    hash.encoding = encoding
  }
}

function indexOf(hash: HashValue, field: string): number {
  return hash.body.parts.length === 1 ? 0 : hash.body.indexOf(hashString(field))
}
