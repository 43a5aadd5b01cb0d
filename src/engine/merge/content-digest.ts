// The digest of what a key holds, the parts of a large container one after the other.

import type { Hash64 } from '../../base/hash.js'
import type { ListPart } from '../values/list-part.js'
import type { MapPart } from '../values/map-part.js'
import { Packed, type Stored } from '../values/packed.js'
import { packedSpans } from '../values/packed-look.js'
import { unpack } from '../values/packing.js'
import type { Part } from '../values/part.js'
import type { ScorePart } from '../values/score-part.js'
import type { StreamValue } from '../values/stream.js'
import type { Container } from '../values/value.js'
import { type Kind, kinds } from './cell.js'
import { kindOf } from './contents.js'
import { Lanes } from './lanes.js'

/** How far a look at the data goes. */
export interface Walk {
  /** When it began. */
  readonly clock: number
  /** The least of the times that were met and are still to come. */
  soonest: number
  /** Bytes to look at until it pauses. */
  left: number
}

/** What an element costs beside its texts, in bytes that are looked at in the same time. */
const elementWork = 60

export function isPast(until: number, walk: Walk): boolean {
  if (until < 0) return false
  if (until <= walk.clock) return true
  if (until < walk.soonest) walk.soonest = until
  return false
}

/** Null where all of it is past its time. Pauses between the parts of a large container. */
export function* digestLong(value: Container, walk: Walk): Generator<undefined, Hash64 | null> {
  const digest = digestOf(value)
  for (const part of value.body.parts) {
    if (walk.left <= 0) yield
    digest.take(part, walk)
  }
  return digest.end(walk)
}

export function digestStored(stored: Stored, walk: Walk): Hash64 | null {
  if (typeof stored === 'string') {
    walk.left -= stored.length
    return new Lanes().begin().number(kinds.string).text(stored).end()
  }
  if (stored instanceof Packed) {
    if (stored.type !== 'stream') return digestPacked(stored, walk)
    return digestStored(unpack(stored), walk)
  }
  const digest = digestOf(stored)
  for (const part of stored.body.parts) digest.take(part, walk)
  return digest.end(walk)
}

interface ContentDigest {
  take(part: Part, walk: Walk): void
  end(walk: Walk): Hash64 | null
}

function digestOf(value: Container): ContentDigest {
  return value.type === 'stream' ? new StreamDigest(value) : new ElementsDigest(value)
}

/** As it is unpacked: no element of it has a time. */
function digestPacked(packed: Packed, walk: Walk): Hash64 | null {
  const { text, type } = packed
  const spans = packedSpans(packed)
  const kind = kinds[type]
  const isOrdered = type === 'list'
  const each = type === 'hash' ? 4 : 2
  const count = spans.length / each
  walk.left -= text.length + count * elementWork
  const sum = new Lanes()
  const lanes = new Lanes().begin()
  for (let at = 0; at < spans.length; at += each) {
    const from = spans[at] as number
    const length = spans[at + 1] as number
    if (isOrdered) {
      lanes.span(text, from, length)
      continue
    }
    lanes.begin().span(text, from, length).number(-1)
    if (type === 'hash') lanes.span(text, spans[at + 2] as number, spans[at + 3] as number)
    else if (type === 'zset') lanes.doubleAt(text, from + length)
    else lanes.text('')
    sum.add(lanes.end())
  }
  return whole(kind, count, isOrdered ? lanes.end() : sum.value)
}

function whole(kind: Kind, count: number, content: Hash64): Hash64 | null {
  return count === 0 ? null : new Lanes().begin().number(kind).number(count).hash(content).end()
}

/** Elements in any order, of a list in its own. */
class ElementsDigest implements ContentDigest {
  readonly #value: Container
  readonly #kind: Kind
  readonly #sum = new Lanes()
  readonly #lanes = new Lanes().begin()
  #count = 0

  constructor(value: Container) {
    this.#value = value
    this.#kind = kindOf(value)
  }

  take(part: Part, walk: Walk): void {
    walk.left -= part.bytes
    switch (this.#value.type) {
      case 'list':
        for (const item of (part as ListPart).items) this.#lanes.text(item)
        this.#count += (part as ListPart).items.length
        return
      case 'zset':
        this.#scores(part as ScorePart)
        return
      default:
        this.#map(part as MapPart, walk)
    }
  }

  #scores(part: ScorePart): void {
    const lanes = this.#lanes
    const { scores } = part
    for (let i = 0; i < scores.length; i++) {
      lanes.begin().text(part.member(i)).number(-1)
      this.#sum.add(lanes.score(scores[i] as number).end())
    }
    this.#count += scores.length
  }

  #map({ map, times }: MapPart, walk: Walk): void {
    const lanes = this.#lanes
    for (const [name, text] of map) {
      const until = times?.get(name) ?? -1
      if (isPast(until, walk)) continue
      this.#count++
      this.#sum.add(lanes.begin().text(name).number(until).text(text).end())
    }
  }

  end(): Hash64 | null {
    const isOrdered = this.#kind === kinds.list
    return whole(this.#kind, this.#count, isOrdered ? this.#lanes.end() : this.#sum.value)
  }
}

class StreamDigest implements ContentDigest {
  readonly #stream: StreamValue
  readonly #lanes: Lanes

  constructor(stream: StreamValue) {
    this.#stream = stream
    this.#lanes = new Lanes().begin().number(kinds.stream).text(stream.lastId)
  }

  take(part: Part, walk: Walk): void {
    const { ids, entries } = part as StreamValue['body']['parts'][number]
    walk.left -= part.bytes
    ids.forEach((id, i) => {
      const entry = entries[i] ?? []
      this.#lanes.text(id).number(entry.length)
      for (const text of entry) this.#lanes.text(text)
    })
  }

  end(walk: Walk): Hash64 {
    const lanes = this.#lanes
    for (const group of this.#stream.sortedGroups()) {
      lanes.text(group.name).text(group.lastId)
      const { ids } = group.order
      walk.left -= ids.length * elementWork
      for (const id of ids) lanes.text(id).text(group.pending.get(id)?.consumer.name ?? '')
    }
    return lanes.end()
  }
}
