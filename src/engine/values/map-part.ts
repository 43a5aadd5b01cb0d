// Parts of hashes and sets: entries by the hash of their name, in order of insertion within a part.
// That order is replicated state.

import type { ByteReader, ByteWriter } from '../../base/bytes.js'
import { hashString } from '../../base/hash.js'
import { hashCut, states } from '../segment.js'
import type { Body, Part, PartKind } from './part.js'
import { textBytes } from './text.js'

export class MapPart implements Part {
  start: number
  bytes = 0
  state: number = states.clean
  body: Body | null = null
  /** Field to value; of a set, member to the empty string. */
  readonly map: Map<string, string>
  /** Wall milliseconds at which fields end, made on first use. Hashes only. */
  times: Map<string, number> | null = null
  /** The least of them. */
  least = Number.POSITIVE_INFINITY

  constructor(start: number, map = new Map<string, string>()) {
    this.start = start
    this.map = map
  }

  get size(): number {
    return this.map.size
  }
}

/** Memory model: a Map entry with its share of the table's free room. */
const entryBytes = 40
/** Bytes of a field's time to live. */
export const timeBytes = 48

/** Bytes of a field with its value, without a time. */
export function fieldBytes(field: string, value: string): number {
  return entryBytes + textBytes(field) + textBytes(value)
}

export function memberBytes(member: string): number {
  return entryBytes + textBytes(member)
}

class MapKind implements PartKind<MapPart> {
  readonly #hasValues: boolean

  constructor(hasValues: boolean) {
    this.#hasValues = hasValues
  }

  make(start: number): MapPart {
    return new MapPart(start)
  }

  copy(part: MapPart): MapPart {
    const made = new MapPart(part.start, new Map(part.map))
    made.bytes = part.bytes
    made.times = part.times === null ? null : new Map(part.times)
    made.least = part.least
    return made
  }

  split(part: MapPart, end: number): readonly [MapPart, MapPart] | null {
    const hashes = new Uint32Array(part.map.size)
    let at = 0
    // Not `for of`: it makes an array per entry, and parts split in great numbers while a container grows.
    part.map.forEach((_, field) => {
      hashes[at++] = hashString(field)
    })
    const cut = hashCut(hashes, part.start, end)
    if (cut < 0) return null
    const left = new MapPart(part.start)
    const right = new MapPart(cut)
    at = 0
    part.map.forEach((value, field) => {
      this.#add((hashes[at++] as number) < cut ? left : right, field, value)
    })
    for (const [field, time] of part.times ?? []) {
      addTime(left.map.has(field) ? left : right, field, time)
    }
    return [left, right]
  }

  merge(left: MapPart, right: MapPart): MapPart {
    const made = this.copy(left)
    for (const [field, value] of right.map) this.#add(made, field, value)
    for (const [field, time] of right.times ?? []) addTime(made, field, time)
    return made
  }

  encode(writer: ByteWriter, part: MapPart): void {
    writer.varint(part.map.size)
    part.map.forEach((value, field) => {
      writer.text(field)
      if (this.#hasValues) writer.text(value)
    })
    if (!this.#hasValues) return
    writer.varint(part.times === null ? 0 : part.times.size)
    for (const [field, time] of part.times ?? []) writer.text(field).varint(time)
  }

  decode(reader: ByteReader, start: number): MapPart | null {
    const made = new MapPart(start)
    const count = reader.varint()
    for (let i = 0; i < count && reader.ok; i++) {
      const field = reader.text()
      this.#add(made, field, this.#hasValues ? reader.text() : '')
    }
    const times = this.#hasValues ? reader.varint() : 0
    for (let i = 0; i < times && reader.ok; i++) {
      const field = reader.text()
      addTime(made, field, reader.varint())
    }
    return reader.ok && made.map.size === count ? made : null
  }

  #add(part: MapPart, field: string, value: string): void {
    part.map.set(field, value)
    part.bytes += this.#hasValues ? fieldBytes(field, value) : memberBytes(field)
  }
}

function addTime(part: MapPart, field: string, time: number): void {
  setTime(part, field, time)
  part.bytes += timeBytes
}

/** Gives a field a time; whether it had none. */
export function setTime(part: MapPart, field: string, time: number): boolean {
  if (part.times === null) part.times = new Map()
  const before = part.times.get(field)
  part.times.set(field, time)
  if (time < part.least) part.least = time
  else if (before === part.least && before !== time) part.least = leastOf(part.times)
  return before === undefined
}

/** Takes the times of fields that have them. */
export function dropTimes(part: MapPart, fields: readonly string[]): void {
  const { times } = part
  if (times === null) return
  for (const field of fields) times.delete(field)
  if (times.size === 0) part.times = null
  part.least = leastOf(times)
}

/** Takes a field's time; whether it had one. */
export function dropTime(part: MapPart, field: string): boolean {
  const { times } = part
  const before = times?.get(field)
  if (times === null || before === undefined) return false
  times.delete(field)
  if (times.size === 0) part.times = null
  if (before === part.least) part.least = leastOf(times)
  return true
}

function leastOf(times: ReadonlyMap<string, number>): number {
  let least = Number.POSITIVE_INFINITY
  for (const time of times.values()) if (time < least) least = time
  return least
}

export const fieldKind: PartKind<MapPart> = new MapKind(true)
export const memberKind: PartKind<MapPart> = new MapKind(false)
