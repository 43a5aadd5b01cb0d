// What slots hold beyond the member's vector: after a repair, slots that were taken late hold entries that the
// log still brings.

import { type ByteReader, type ByteWriter, slotCount, Vector } from 'quorate/plugin'

interface Overlay {
  readonly from: number
  /** The first slot behind it. */
  readonly to: number
  readonly vector: Vector
  /** Slots that were handed out, ascending, and where in the log: from the first on that is not executed nothing is held. */
  readonly handed: readonly Handed[]
}

/** Slots in a row, `to` is behind the last one. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** A slot that was taken, and its index in the log. */
export interface Handed {
  readonly slot: number
  readonly index: number
}

const none: readonly never[] = []

export class Overlays {
  #all: readonly Overlay[] = []
  /** The operator says that nobody holds more of it. */
  isAccepted = false

  add(
    { from, to }: { readonly from: number; readonly to: number },
    vector: Vector,
    handed: readonly Handed[],
  ): void {
    this.isAccepted = false
    const last = this.#all[this.#all.length - 1]
    if (last !== undefined && last.to === from && last.vector.equals(vector)) {
      const both = { from: last.from, to, vector: last.vector, handed: [...last.handed, ...handed] }
      this.#all = [...this.#all.slice(0, -1), both]
    } else this.#all = [...this.#all, { from, to, vector: Vector.copyOf(vector), handed }]
  }

  /** Forgets what `vector` covers. */
  prune(vector: Vector): void {
    if (this.#all.length === 0) return
    this.#all = this.#all.filter((each) => !vector.includes(each.vector))
  }

  /** Of these seats there are no entries but those that `vector` covers. */
  close(isGone: (seat: number) => boolean, vector: Vector): void {
    this.#all = this.#all.map((each) => {
      const never = vector.lacks(each.vector).filter(({ seat }) => isGone(seat))
      if (never.length === 0) return each
      const kept = Vector.copyOf(each.vector)
      for (const range of never) kept.remove(range)
      return { ...each, vector: kept }
    })
  }

  /** Which slots hold an entry already; undefined for none. */
  holding(stamp: number): ((slot: number) => boolean) | undefined {
    const found = this.#all.filter(({ vector }) => vector.covers(stamp))
    if (found.length === 0) return undefined
    return (slot) => found.some(({ from, to }) => from <= slot && slot < to)
  }

  /** What slots from `slot` on hold where the member holds `vector`, and the first slot that differs. */
  reach(slot: number, vector: Vector): { readonly vector: Vector; readonly to: number } {
    const made = Vector.copyOf(vector)
    let end = slotCount
    for (const { from, to, vector: more } of this.#all) {
      if (from <= slot && slot < to) made.join(more)
      for (const bound of [from, to]) if (bound > slot) end = Math.min(end, bound)
    }
    return { vector: made, to: end }
  }

  /** Slots that hold more than `vector` covers, by the first ones; some may be in two. */
  ahead(vector: Vector): readonly Span[] {
    if (this.#all.length === 0) return none
    const found = this.#all.filter((each) => !vector.includes(each.vector))
    return found.sort((a, b) => a.from - b.from)
  }

  isAhead(slot: number, vector: Vector): boolean {
    return this.#all.some(
      (each) => each.from <= slot && slot < each.to && !vector.includes(each.vector),
    )
  }

  get isEmpty(): boolean {
    return this.#all.length === 0
  }

  /** Adds all that any slot holds. */
  joinTo(vector: Vector): void {
    for (const each of this.#all) vector.join(each.vector)
  }

  /** What is executed up to `applied`. */
  encode(writer: ByteWriter, applied: number): void {
    const held = this.#all.flatMap(({ from, to, vector, handed }) => {
      const end = handed.find(({ index }) => index > applied)?.slot ?? to
      return end > from ? [{ from, to: end, vector }] : []
    })
    writer.varint(held.length)
    for (const { from, to, vector } of held) {
      writer.varint(from).varint(to)
      vector.encode(writer)
    }
  }

  /** False for bytes that are none. */
  decode(reader: ByteReader): boolean {
    const made: Overlay[] = []
    const count = reader.varint()
    for (let i = 0; i < count && reader.ok; i++) {
      const from = reader.varint()
      const to = reader.varint()
      const vector = Vector.decode(reader)
      if (vector === null) return false
      made.push({ from, to, vector, handed: none })
    }
    this.#all = made
    this.isAccepted = false
    return reader.ok
  }
}
