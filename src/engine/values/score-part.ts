// Parts of sorted sets: members by score, those of equal score by their bytes.

import type { ByteReader, ByteWriter } from '../../base/bytes.js'
import { states } from '../segment.js'
import { type Body, type Part, type PartKind, startBetween } from './part.js'
import { textBytes } from './text.js'

/** Up to so many members stand in order themselves. */
const plainMax = 128

export class ScorePart implements Part {
  start: number
  bytes: number
  state: number = states.clean
  body: Body | null = null
  /** In order. */
  readonly scores: number[]
  /** The members in order, or where `order` says. Only this class looks at these two. */
  readonly names: string[]
  /**
   * Where in `names` those in order stand; null while they are in order themselves. To move hundreds of
   * strings for each one that comes costs a look at each, and makes a collector that marks note each; to move numbers does not.
   */
  order: number[] | null = null

  /** `bytes` where they are known: a look at each member costs more than to copy them all. */
  constructor(
    start: number,
    members: string[] = [],
    scores: number[] = [],
    bytes = bytesOf(members),
  ) {
    this.start = start
    this.names = members
    this.scores = scores
    this.bytes = bytes
  }

  copy(): ScorePart {
    const made = new ScorePart(this.start, this.names.slice(), this.scores.slice(), this.bytes)
    if (this.order !== null) made.order = this.order.slice()
    return made
  }

  get size(): number {
    return this.scores.length
  }

  /** The member at a place in order. */
  member(at: number): string {
    const order = this.order
    return this.names[order === null ? at : (order[at] as number)] as string
  }

  /** Those from one place to before another, in order. */
  members(from = 0, to = this.size): string[] {
    const order = this.order
    if (order === null) return this.names.slice(from, to)
    return order.slice(from, to).map((slot) => this.names[slot] as string)
  }

  insert(at: number, member: string, score: number): void {
    const members = this.names
    if (this.order === null && members.length >= plainMax) this.order = members.map((_, i) => i)
    const order = this.order
    this.scores.splice(at, 0, score)
    if (order === null) members.splice(at, 0, member)
    else {
      order.splice(at, 0, members.length)
      members.push(member)
    }
  }

  /** Takes `count` from a place on out; which they were, in order. */
  remove(at: number, count: number): string[] {
    const members = this.names
    const order = this.order
    this.scores.splice(at, count)
    if (order === null) return members.splice(at, count)
    const slots = order.splice(at, count)
    const gone = slots.map((slot) => members[slot] as string)
    // The last one takes the place of each, from the back, so that it is none of them.
    for (const slot of slots.sort((a, b) => b - a)) {
      const last = members.pop() as string
      if (slot === members.length) continue
      members[slot] = last
      order[order.indexOf(members.length)] = slot
    }
    return gone
  }

  /** Where (score, member) stands or would stand. */
  indexOf(score: number, member: string): number {
    const { scores } = this
    let low = 0
    let high = scores.length
    while (low < high) {
      const middle = (low + high) >> 1
      const other = scores[middle] as number
      if (other < score || (other === score && this.member(middle) < member)) {
        low = middle + 1
      } else high = middle
    }
    return low
  }
}

/** Bytes of a member with its score by the memory model, its entry in the index included. */
export function scoreBytes(member: string): number {
  return 22 + 40 + textBytes(member)
}

export const scoreKind: PartKind<ScorePart> = {
  make: (start) => new ScorePart(start),
  copy: (part) => part.copy(),
  split(part, end) {
    const next = startBetween(part.start, end)
    if (next <= part.start || part.size < 2) return null
    const middle = part.size >> 1
    return [
      new ScorePart(part.start, part.members(0, middle), part.scores.slice(0, middle)),
      new ScorePart(next, part.members(middle), part.scores.slice(middle)),
    ]
  },
  merge: (left, right) =>
    new ScorePart(
      left.start,
      left.members().concat(right.members()),
      left.scores.concat(right.scores),
    ),
  encode(writer: ByteWriter, part) {
    writer.varint(part.size)
    part.scores.forEach((score, i) => {
      writer.text(part.member(i)).double(score)
    })
  },
  decode(reader: ByteReader, start) {
    const count = reader.varint()
    const members: string[] = []
    const scores: number[] = []
    for (let i = 0; i < count && reader.ok; i++) {
      members.push(reader.text())
      scores.push(reader.double())
    }
    return reader.ok ? new ScorePart(start, members, scores) : null
  },
}

function bytesOf(members: readonly string[]): number {
  let bytes = 0
  for (const member of members) bytes += scoreBytes(member)
  return bytes
}
