// The last entry of each member at or below the stamp up to which all is stable. Who holds these holds all that
// anybody may have forgotten the stamps of: what he lacks of it he has removed, and did not lose.

import { type ByteReader, type ByteWriter, seatOfStamp, Vector } from 'quorate/plugin'

/** The last entries at or below `upTo`. */
export interface Known {
  readonly upTo: number
  readonly vector: Vector
}

/** Entries of one member above the floor, ascending by stamp. */
interface Above {
  readonly stamps: number[]
  /** By place in `stamps`: no other entry lies between the one before and this one. */
  readonly isNext: boolean[]
}

/** Stamps of one member; beyond, each second one is forgotten. */
const stampsMax = 1_024

export class Floor {
  /**
   * This member took up its work without what others may have forgotten the stamps of, because nobody told: what it
   * lacks of that it may have lost.
   */
  isBelow = false
  #upTo = 0
  /** Up to here the engine may have forgotten stamps: slots of others bring what they have forgotten. */
  #forgotten = 0
  readonly #vector = new Vector()
  readonly #above: Above[] = []
  /** `#vector` tells of all members. */
  #isExact = true

  /** Null where it is not known. Where the last entry of a member may be any up to there, all up to there. */
  get known(): Known | null {
    if (this.#upTo < this.#forgotten) return null
    const vector = Vector.copyOf(this.#vector)
    if (!this.#isExact) {
      this.#above.forEach(({ isNext }, seat) => {
        if (isNext[0] === false) vector.add({ seat, after: 0, upTo: this.#upTo })
      })
    }
    return { upTo: this.#upTo, vector }
  }

  /** An entry is held. */
  saw(stamp: number): void {
    if (stamp > this.#upTo) this.#add(stamp, true)
  }

  /** Entries are held that nobody told one by one. */
  joined(vector: Vector): void {
    for (const { isNext } of this.#above) isNext.fill(false)
    for (const { upTo } of vector.ranges()) if (upTo > this.#upTo) this.#add(upTo, false)
  }

  /** A slot of another member was taken. `most`: no more is stable anywhere. */
  took(theirs: Known | null, most: number): void {
    const upTo = theirs?.upTo ?? most
    if (upTo > this.#forgotten) this.#forgotten = upTo
    if (theirs === null || upTo < this.#upTo || (upTo === this.#upTo && this.#isExact)) return
    this.rises(upTo)
    this.#vector.join(theirs.vector)
    this.#isExact = true
  }

  /** Everything up to here is stable. After a restart it may be told again. */
  rises(upTo: number): void {
    if (upTo <= this.#upTo) return
    this.#upTo = upTo
    this.#isExact = true
    this.#above.forEach(({ stamps, isNext }, seat) => {
      let count = 0
      while (count < stamps.length && (stamps[count] as number) <= upTo) count++
      if (count > 0) this.#vector.add({ seat, after: 0, upTo: stamps[count - 1] as number })
      stamps.splice(0, count)
      isNext.splice(0, count)
      if (isNext[0] === false) this.#isExact = false
    })
  }

  #add(stamp: number, isNext: boolean): void {
    const seat = seatOfStamp(stamp)
    while (this.#above.length <= seat) this.#above.push({ stamps: [], isNext: [] })
    const above = this.#above[seat] as Above
    let at = above.stamps.length
    while (at > 0 && (above.stamps[at - 1] as number) >= stamp) at--
    if (above.stamps[at] === stamp) return
    above.stamps.splice(at, 0, stamp)
    above.isNext.splice(at, 0, isNext && above.isNext[at] !== false)
    if (above.stamps.length > stampsMax) thin(above)
  }

  encode(writer: ByteWriter): void {
    writer.varint(this.#upTo).varint(this.#forgotten).boolean(this.#isExact)
    this.#vector.encode(writer)
    writer.varint(this.#above.length)
    for (const { stamps, isNext } of this.#above) {
      writer.varint(stamps.length)
      stamps.forEach((stamp, at) => writer.varint(stamp).boolean(isNext[at] === true))
    }
  }

  /** Replaces everything; false for bytes that are none. */
  decode(reader: ByteReader): boolean {
    this.#upTo = reader.varint()
    this.#forgotten = reader.varint()
    this.#isExact = reader.boolean()
    const vector = Vector.decode(reader)
    if (vector === null) return false
    this.#vector.meet(vector)
    this.#vector.join(vector)
    this.#above.length = 0
    for (let seats = reader.varint(); seats > 0 && reader.ok; seats--) {
      const above: Above = { stamps: [], isNext: [] }
      for (let count = reader.varint(); count > 0 && reader.ok; count--) {
        above.stamps.push(reader.varint())
        above.isNext.push(reader.boolean())
      }
      this.#above.push(above)
    }
    return reader.ok
  }
}

/** Forgets each second stamp. */
function thin({ stamps, isNext }: Above): void {
  let kept = 0
  for (let at = 1; at < stamps.length; at += 2) {
    stamps[kept] = stamps[at] as number
    isNext[kept++] = false
  }
  if (stamps.length % 2 === 1) {
    stamps[kept] = stamps[stamps.length - 1] as number
    isNext[kept] = isNext[stamps.length - 1] === true
    kept++
  }
  stamps.length = kept
  isNext.length = kept
}

export function encodeKnown(writer: ByteWriter, known: Known | null): void {
  writer.boolean(known !== null)
  if (known !== null) known.vector.encode(writer.varint(known.upTo))
}

/** Undefined for bytes that are none. */
export function decodeKnown(reader: ByteReader): Known | null | undefined {
  if (!reader.boolean()) return null
  const upTo = reader.varint()
  const vector = Vector.decode(reader)
  return vector === null ? undefined : { upTo, vector }
}
