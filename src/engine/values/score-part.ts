// Parts of sorted sets: members by score, those of equal score by their bytes.

import type { ByteReader, ByteWriter } from '../../base/bytes.js'
import { states } from '../segment.js'
import { type Body, type Part, type PartKind, startBetween } from './part.js'
import { textBytes } from './text.js'

export class ScorePart implements Part {
  start: number
  bytes = 0
  state: number = states.clean
  body: Body | null = null
  members: string[]
  /** Of the members, at the same index. */
  scores: number[]

  constructor(start: number, members: string[] = [], scores: number[] = []) {
    this.start = start
    this.members = members
    this.scores = scores
    for (const member of members) this.bytes += scoreBytes(member)
  }

  get size(): number {
    return this.members.length
  }

  /** Where (score, member) stands or would stand. */
  indexOf(score: number, member: string): number {
    const { scores, members } = this
    let low = 0
    let high = scores.length
    while (low < high) {
      const middle = (low + high) >> 1
      const other = scores[middle] as number
      if (other < score || (other === score && (members[middle] as string) < member)) {
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
  copy: (part) => new ScorePart(part.start, part.members.slice(), part.scores.slice()),
  split(part, end) {
    const next = startBetween(part.start, end)
    if (next <= part.start || part.members.length < 2) return null
    const middle = part.members.length >> 1
    return [
      new ScorePart(part.start, part.members.slice(0, middle), part.scores.slice(0, middle)),
      new ScorePart(next, part.members.slice(middle), part.scores.slice(middle)),
    ]
  },
  merge: (left, right) =>
    new ScorePart(left.start, left.members.concat(right.members), left.scores.concat(right.scores)),
  encode(writer: ByteWriter, part) {
    writer.varint(part.members.length)
    part.members.forEach((member, i) => {
      writer.text(member).double(part.scores[i] as number)
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
