// Slot versions as a checkpoint has them: rows of 64, and of those only the ones that changed since the last one.

import { slotCount } from '../base/keyslot.js'
import { slotsPerVersionRow } from './rows.js'

export class VersionRows {
  /** First slot of each row. */
  readonly firsts: readonly number[]
  readonly #versions: Float64Array

  /** Of `now`, where it differs from `last`. */
  constructor(now: Float64Array, last: Float64Array) {
    const firsts: number[] = []
    for (let first = 0; first < slotCount; first += slotsPerVersionRow) {
      let slot = first
      while (slot < first + slotsPerVersionRow && now[slot] === last[slot]) slot++
      if (slot < first + slotsPerVersionRow) firsts.push(first)
    }
    this.firsts = firsts
    this.#versions = new Float64Array(firsts.length * slotsPerVersionRow)
    firsts.forEach((first, row) => {
      const versions = now.subarray(first, first + slotsPerVersionRow)
      this.#versions.set(versions, row * slotsPerVersionRow)
    })
  }

  row(index: number): Float64Array {
    return this.#versions.subarray(index * slotsPerVersionRow, (index + 1) * slotsPerVersionRow)
  }

  putInto(last: Float64Array): void {
    this.firsts.forEach((first, row) => {
      last.set(this.row(row), first)
    })
  }
}
