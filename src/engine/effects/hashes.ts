// The effects on hashes.

import { hashString } from '../../base/hash.js'
import type { Changes } from '../changes.js'
import { type Timed, timesChanged, timesSettle } from '../field-times.js'
import type { Keyspace } from '../keyspace.js'
import { type Amount, kinds } from '../merge/cell.js'
import type { Recorder } from '../merge/recorder.js'
import type { HashValue } from '../values/hash.js'
import {
  dropTime,
  dropTimes,
  fieldBytes,
  type MapPart,
  setTime,
  timeBytes,
} from '../values/map-part.js'
import { textBytes } from '../values/text.js'

const never = Number.POSITIVE_INFINITY

export class HashEffects {
  readonly #changes: Changes
  recorder: Recorder | null = null
  readonly #keyspace: Keyspace

  constructor(changes: Changes, keyspace: Keyspace) {
    this.#changes = changes
    this.#keyspace = keyspace
  }

  /** Sets a field and leaves its time alone; whether it is new. */
  set(key: string, hash: HashValue, field: string, text: string): boolean {
    if (this.recorder !== null && hash.body.isHomed) {
      this.recorder.rewrite(key, hash, { name: field, text })
    }
    return this.#set(key, hash, field, text)
  }

  /** Adds to a field, which comes to `text`, and leaves its time alone. */
  add(key: string, hash: HashValue, { field, text, amount }: FieldSum): void {
    if (this.recorder !== null) this.recorder.addElement(key, hash, { name: field, amount })
    this.#set(key, hash, field, text)
  }

  #set(key: string, hash: HashValue, field: string, text: string): boolean {
    const index = indexOf(hash, field)
    this.#changes.begin(key, hash, index)
    const part = hash.body.parts[index] as MapPart
    const before = part.map.get(field)
    part.map.set(field, text)
    if (before === undefined) this.#changes.end(1, fieldBytes(field, text))
    else this.#changes.end(0, textBytes(text) - textBytes(before))
    this.encode(key, hash, this.#changes.compact.ofHash(hash, field, text))
    return before === undefined
  }

  /** Sets a field and drops its time; whether it is new. */
  put(key: string, hash: HashValue, field: string, text: string): boolean {
    if (hash.timed > 0) this.#persist(key, hash, field)
    if (this.recorder !== null && hash.body.isHomed) {
      this.recorder.write(key, { kind: kinds.hash, name: field, payload: text })
    }
    return this.#set(key, hash, field, text)
  }

  /** Gives a field that is there the time `at`, wall milliseconds. */
  expire(timed: Timed, field: string, at: number): void {
    const { key, hash } = timed
    if (this.recorder !== null && hash.body.isHomed) {
      this.recorder.expireElement(key, hash, { name: field, until: at })
    }
    const index = indexOf(hash, field)
    this.#changes.begin(key, hash, index)
    const isNew = setTime(hash.body.parts[index] as MapPart, field, at)
    this.#changes.end(0, isNew ? timeBytes : 0)
    timesChanged(this.#keyspace, timed, { fields: isNew ? 1 : 0, least: at })
  }

  /** Drops a field's time; whether it had one. */
  persist(key: string, hash: HashValue, field: string): boolean {
    const index = indexOf(hash, field)
    if ((hash.body.parts[index] as MapPart).times?.has(field) !== true) return false
    if (this.recorder !== null) {
      this.recorder.expireElement(key, hash, { name: field, until: -1 })
    }
    return this.#persist(key, hash, field)
  }

  #persist(key: string, hash: HashValue, field: string): boolean {
    const index = indexOf(hash, field)
    if ((hash.body.parts[index] as MapPart).times?.has(field) !== true) return false
    this.#changes.begin(key, hash, index)
    dropTime(hash.body.parts[index] as MapPart, field)
    this.#changes.end(0, -timeBytes)
    timesChanged(this.#keyspace, { key, hash }, { fields: -1, least: never })
    return true
  }

  /** Removes a field; whether it was there. */
  remove(key: string, hash: HashValue, field: string): boolean {
    const index = indexOf(hash, field)
    const before = (hash.body.parts[index] as MapPart).map.get(field)
    if (before === undefined) return false
    if (this.recorder !== null) this.recorder.erase(key, kinds.hash, field)
    this.#changes.begin(key, hash, index)
    const part = hash.body.parts[index] as MapPart
    part.map.delete(field)
    const wasTimed = dropTime(part, field)
    this.#changes.end(-1, -fieldBytes(field, before) - (wasTimed ? timeBytes : 0))
    if (wasTimed) timesChanged(this.#keyspace, { key, hash }, { fields: -1, least: never })
    return true
  }

  /** Removes fields whose time is at or before `clock`, in order, at most `fieldsMax`; how many. */
  removeDue(timed: Timed, clock: number, fieldsMax: number): number {
    const { body } = timed.hash
    let removed = 0
    for (let index = 0; index < body.parts.length && removed < fieldsMax; ) {
      if ((body.parts[index] as MapPart).least > clock) {
        index++
        continue
      }
      removed += this.#removeDueOf(timed, index, { clock, fieldsMax: fieldsMax - removed })
      // It may have been merged with its left neighbour.
      if (index > 0) index--
    }
    timesSettle(this.#keyspace, timed)
    return removed
  }

  #removeDueOf(
    timed: Timed,
    index: number,
    { clock, fieldsMax }: { readonly clock: number; readonly fieldsMax: number },
  ): number {
    this.#changes.begin(timed.key, timed.hash, index)
    const part = timed.hash.body.parts[index] as MapPart
    const due: string[] = []
    for (const [field, at] of part.times ?? []) {
      if (at <= clock && due.length < fieldsMax) due.push(field)
    }
    let bytes = 0
    for (const field of due) {
      if (this.recorder !== null) this.recorder.erase(timed.key, kinds.hash, field)
      bytes += fieldBytes(field, part.map.get(field) as string) + timeBytes
      part.map.delete(field)
    }
    dropTimes(part, due)
    this.#changes.end(-due.length, -bytes)
    timesChanged(this.#keyspace, timed, { fields: -due.length, least: never })
    return due.length
  }

  encode(key: string, hash: HashValue, encoding: number): void {
    if (hash.encoding === encoding) return
    this.#changes.header(key, hash)
    hash.encoding = encoding
  }
}

export interface FieldSum {
  readonly field: string
  readonly text: string
  readonly amount: Amount
}

function indexOf(hash: HashValue, field: string): number {
  return hash.body.parts.length === 1 ? 0 : hash.body.indexOf(hashString(field))
}
