// How containers change. The effects of each type change one part at a time between `begin` and `end`,
// which keep everything that hangs on it: versions, dirty marks, pre-images, sizes, memory, and the
// structure: a part that grew too large is split, small neighbours are merged, and a body of more
// than one part gets rows of its own.

import type { KeyWatch } from '../api/engine.js'
import { limits } from '../api/limits.js'
import type { Journal } from './journal.js'
import type { Database } from './database.js'
import type { Keyspace } from './keyspace.js'
import type { Segment } from './segment.js'
import { states } from './segment.js'
import { timesChanged } from './field-times.js'
import type { CompactSizes } from './values/compact.js'
import { MapPart } from './values/map-part.js'
import {
  type Body,
  canMerge,
  needsSplit,
  type Part,
  sequenceEnd,
  startBetween,
} from './values/part.js'
import { type Container, imageOf, valueBytes } from './values/value.js'

export class Changes {
  readonly #keyspace: Keyspace
  readonly #journal: Journal
  readonly #raise: (slot: number) => void
  /** What is being changed. */
  #key = ''
  #value: Container | null = null
  #index = 0
  /** What the key's row counted of it. */
  #before = 0
  /** Hears of every change of a key, told of or not: slots are on their way elsewhere. */
  follow: KeyWatch | null = null

  constructor(keyspace: Keyspace, journal: Journal, raise: (slot: number) => void) {
    this.#keyspace = keyspace
    this.#journal = journal
    this.#raise = raise
  }

  /** Before a change of the part at `index` of a value, whose key is of use only where a key holds it. */
  begin(key: string, value: Container, index: number): void {
    this.#key = key
    this.#value = value
    this.#index = index
    const body = value.body
    if (this.#journal.isOpen) this.#journalPart(key, value, index)
    if (!body.isHomed) return
    this.#before = valueBytes(value)
    this.#raise(body.slot)
    if (this.follow !== null) this.#tell(this.follow, body.db, key)
    if (body.id === 0) this.#touchRow(key, value)
    else {
      const part = body.parts[index] as Part
      if (part.state !== states.dirty) this.#keyspace.ledger.touchPart(part)
    }
  }

  /** After it: by how many entries and bytes the part grew or, below zero, shrank. */
  end(entries: number, bytes: number): void {
    const value = this.#value as Container
    const body: Body = value.body
    const part = body.parts[this.#index] as Part
    part.bytes += bytes
    body.bytes += bytes
    body.counted(this.#index, entries)
    if (body.isHomed) this.#account(value, entries, bytes)
    if (needsSplit(part)) this.#split(this.#index)
    else if (entries < 0 && body.parts.length > 1) {
      if (part.size <= limits.segmentEntriesMax / 2) this.#shrink(this.#index)
    }
    if (body.isHomed && body.id === 0 && bytes > 0) this.#settleRow(body)
  }

  /** Before a change of what the key's row holds beside the entries: encoding, a stream's groups. */
  header(key: string, value: Container): void {
    if (this.#journal.isOpen) this.#journalHeader(key, value)
    if (!value.body.isHomed) return
    this.#raise(value.body.slot)
    if (this.follow !== null) this.#tell(this.follow, value.body.db, key)
    this.#touchRow(key, value)
  }

  #tell(follow: KeyWatch, place: number, key: string): void {
    follow.touched(this.#keyspace.places.nameOf(place), key)
  }

  /** After a change of the header: by how many bytes it grew or, below zero, shrank. */
  headerGrew(key: string, value: Container, bytes: number): void {
    if (!value.body.isHomed || bytes === 0) return
    const segment = this.#keyspace.find(value.body.db, key) as Segment
    segment.bytes += bytes
    const database = this.#keyspace.databases[value.body.db] as Database
    database.bytes += bytes
    if (segment.bytes > limits.segmentBytesMax) this.#keyspace.split(segment)
  }

  /** Adds an empty part behind the last one. The next change must put an entry into it. */
  extend(key: string, value: Container): void {
    this.#key = key
    this.#value = value
    const body: Body = value.body
    let start = this.#startBehind(body)
    if (start === null) {
      this.#respace(body)
      start = this.#startBehind(body) as number
    }
    const part = body.kind.make(start)
    if (this.#journal.isOpen) this.#journalParts(key, value)
    if (!body.isHomed) {
      body.splice(body.parts.length, 0, [part])
      return
    }
    const { ledger } = this.#keyspace
    this.#touchRow(key, value)
    if (body.id === 0) {
      this.#leaveRow(value)
      for (const each of body.parts) ledger.bornPart(each)
    }
    body.splice(body.parts.length, 0, [part])
    ledger.bornPart(part)
  }

  #startBehind(body: Body): number | null {
    const last = (body.parts[body.parts.length - 1] as Part).start
    const start = startBetween(last, body.end)
    return start > last ? start : null
  }

  /** Up to which sizes containers are compact for Redis. */
  get compact(): CompactSizes {
    return this.#keyspace.compact
  }

  /** What hangs on a change beside the parts: `undo` takes it back. Only asked for where a journal is open. */
  keepUndo(undo: () => void): void {
    this.#journal.add(undo)
  }

  get isKept(): boolean {
    return this.#journal.isOpen
  }

  /** Before a change of a container that a pre-image may hold: that one keeps it as it is. */
  release(value: Container): void {
    const { hold } = value.body
    if (hold === null) return
    value.body.hold = null
    if (!hold.image.isWritten) hold.image.values[hold.index] = imageOf(value)
  }

  #account(value: Container, entries: number, bytes: number): void {
    const { body } = value
    const database = this.#keyspace.databases[body.db] as Database
    if (body.id === 0) {
      const more = valueBytes(value) - this.#before
      database.bytes += more
      this.#row(body).bytes += more
      return
    }
    database.bytes += bytes
    if (entries !== 0) this.#keyspace.ledger.countedEntries(body.db, entries)
  }

  /** The key's segment. */
  #row(body: Body): Segment {
    return this.#keyspace.find(body.db, this.#key) as Segment
  }

  #settleRow(body: Body): void {
    const segment = this.#row(body)
    if (segment.bytes > limits.segmentBytesMax) this.#keyspace.split(segment)
  }

  #touchRow(key: string, value: Container): void {
    const { body } = value
    const segment = this.#keyspace.find(body.db, key) as Segment
    if (segment.state !== states.dirty) this.#keyspace.ledger.touch(segment)
    if (body.hold !== null) this.release(value)
  }

  #split(index: number): void {
    const value = this.#value as Container
    const body: Body = value.body
    const part = body.parts[index] as Part
    let halves = body.kind.split(part, body.parts[index + 1]?.start ?? body.end)
    if (halves === null && body.end === sequenceEnd) {
      this.#respace(body)
      halves = body.kind.split(part, body.parts[index + 1]?.start ?? body.end)
    }
    if (halves === null) return
    this.#replace(index, 1, halves)
    // The second one first: the first one's index stays.
    if (needsSplit(halves[1])) this.#split(index + 1)
    if (needsSplit(halves[0])) this.#split(index)
  }

  /** Merges a small part with a small neighbour. */
  #shrink(index: number): void {
    const body: Body = (this.#value as Container).body
    const part = body.parts[index] as Part
    const right = body.parts[index + 1]
    const left = body.parts[index - 1]
    if (right !== undefined && canMerge(part, right)) {
      this.#replace(index, 2, [body.kind.merge(part, right)])
    } else if (left !== undefined && canMerge(left, part)) {
      this.#replace(index - 1, 2, [body.kind.merge(left, part)])
    }
  }

  /** Puts `made` in the place of `count` parts, which are not changed any more. */
  #replace(index: number, count: number, made: readonly Part[]): void {
    const value = this.#value as Container
    const body: Body = value.body
    if (this.#journal.isOpen) this.#journalParts(this.#key, value)
    if (!body.isHomed) {
      body.splice(index, count, made)
      return
    }
    this.#touchRow(this.#key, value)
    const { ledger } = this.#keyspace
    if (body.id === 0) this.#leaveRow(value)
    else for (let i = index; i < index + count; i++) this.#retire(body.parts[i] as Part)
    body.splice(index, count, made)
    for (const part of made) ledger.bornPart(part)
    if (body.parts.length === 1) this.#enterRow(value)
  }

  /** The body gets rows of its own. Its one part is about to be replaced. */
  #leaveRow(value: Container): void {
    const { body } = value
    const before = valueBytes(value)
    this.#keyspace.addBody(body)
    this.#moved(value, valueBytes(value) - before, body.bytes)
  }

  /** What the row of a key counts changed by so much, what stands in rows of its own by `beside`. */
  #moved({ body }: Container, inRow: number, beside: number): void {
    this.#row(body).bytes += inRow
    ;(this.#keyspace.databases[body.db] as Database).bytes += inRow + beside
  }

  /** The last part goes back into the key's row. */
  #enterRow(value: Container): void {
    const body: Body = value.body
    const before = valueBytes(value)
    const part = body.parts[0] as Part
    this.#retire(part)
    this.#keyspace.removeBody(body)
    body.splice(0, 1, [body.kind.copy(part)])
    body.id = 0
    this.#moved(value, valueBytes(value) - before, -body.bytes)
    this.#keyspace.unpacked.enter(this.#key, value)
    this.#settleRow(body)
  }

  /** Gives the parts of a sequence new places, evenly: between two of them there was none left. */
  #respace(body: Body): void {
    const stride = Math.floor(sequenceEnd / (body.parts.length + 1))
    if (this.#journal.isOpen) this.#journalStarts(body)
    this.#moveParts(body, (i) => stride * (i + 1))
  }

  #moveParts(body: Body, startOf: (index: number) => number): void {
    body.parts.forEach((part, i) => {
      if (body.id !== 0) this.#keyspace.ledger.movePart(part)
      part.start = startOf(i)
    })
  }

  /** A part leaves its body; one that may come back owes its image to the checkpoint now. */
  #retire(part: Part): void {
    if (this.#journal.isOpen) this.#keyspace.ledger.touchPart(part)
    this.#keyspace.ledger.killPart(part)
  }

  // The way back (see `Journal`)

  #journalPart(key: string, value: Container, index: number): void {
    const part = value.body.parts[index] as Part
    if (!this.#journal.isFirst(part)) return
    const image = value.body.kind.copy(part as never)
    this.#journal.add(() => this.#restorePart({ key, value, part, image }))
  }

  #restorePart({ key, value, part, image }: PartBefore): void {
    const body: Body = value.body
    const entries = image.size - part.size
    const bytes = image.bytes - part.bytes
    this.#retouch(key, value, part)
    this.#before = valueBytes(value)
    const { state, start } = part
    const fields = timesOf(image) - timesOf(part)
    Object.assign(part, image)
    part.state = state
    part.start = start
    part.body = body
    body.size += entries
    body.bytes += bytes
    // The counts of its parts are made anew.
    body.splice(0, 0, [])
    if (value.type === 'hash') {
      const { least } = image as MapPart
      timesChanged(this.#keyspace, { key, hash: value }, { fields, least })
    }
    if (!body.isHomed) return
    this.#key = key
    this.#account(value, entries, bytes)
  }

  #journalHeader(key: string, value: Container): void {
    if (!this.#journal.isFirst(value)) return
    const before = value.withBody(value.body)
    this.#journal.add(() => {
      if (value.body.isHomed) this.#touchRow(key, value)
      const bytes = headerBytes(before) - headerBytes(value)
      Object.assign(value, before)
      if (!value.body.isHomed) return
      this.#key = key
      this.#row(value.body).bytes += bytes
      const database = this.#keyspace.databases[value.body.db] as Database
      database.bytes += bytes
    })
  }

  #journalParts(key: string, value: Container): void {
    const body: Body = value.body
    const parts = body.parts.slice()
    const wasInRow = body.id === 0
    this.#journal.add(() => this.#restoreParts({ key, value, parts, wasInRow }))
  }

  #restoreParts({ key, value, parts, wasInRow }: PartsBefore): void {
    const body: Body = value.body
    const now = body.parts
    this.#key = key
    if (!body.isHomed) {
      body.splice(0, now.length, parts)
      return
    }
    this.#touchRow(key, value)
    const { ledger } = this.#keyspace
    const isInRow = body.id === 0
    const kept = new Set(parts)
    if (!isInRow) {
      for (const part of now) {
        // One that goes back into the row lives on: a checkpoint gets a copy.
        if (kept.has(part) && wasInRow) ledger.touchPart(part)
        if (!kept.has(part) || wasInRow) ledger.killPart(part)
      }
    }
    const stays = new Set(isInRow ? [] : now)
    if (wasInRow && !isInRow) {
      const before = valueBytes(value)
      this.#keyspace.removeBody(body)
      body.id = 0
      this.#moved(value, valueBytes(value) - before, -body.bytes)
    } else if (!wasInRow && isInRow) this.#leaveRow(value)
    body.splice(0, now.length, parts)
    if (body.id === 0) return
    for (const part of parts) if (!stays.has(part)) ledger.revivePart(part)
  }

  #journalStarts(body: Body): void {
    const starts = body.parts.map((part) => part.start)
    this.#journal.add(() => this.#moveParts(body, (i) => starts[i] as number))
  }

  #retouch(key: string, value: Container, part: Part): void {
    if (!value.body.isHomed) return
    if (value.body.id === 0) this.#touchRow(key, value)
    else if (part.state !== states.dirty) this.#keyspace.ledger.touchPart(part)
  }
}

function headerBytes(value: Container): number {
  return value.type === 'stream' ? value.headerBytes : 0
}

function timesOf(part: Part): number {
  return part instanceof MapPart && part.times !== null ? part.times.size : 0
}

interface PartBefore {
  readonly key: string
  readonly value: Container
  readonly part: Part
  readonly image: Part
}

interface PartsBefore extends Pick<PartBefore, 'key' | 'value'> {
  readonly parts: readonly Part[]
  /** It had no rows of its own. */
  readonly wasInRow: boolean
}
