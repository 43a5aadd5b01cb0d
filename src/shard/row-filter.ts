// Picks, out of a generation's rows in key order, the rows of one finished checkpoint: of each stem the
// newest not above its number. What it passes over is either superseded, or of a checkpoint that never
// finished, or of a later one. Driven by the loader and the snapshot sender; never touches a store.

import { rowNumber, rowStem } from '../api/row-key.js'
import type { Row } from '../api/store.js'

export class RowFilter {
  readonly #number: number
  /** Newest row so far of the stem that is being read; it counts once the next stem begins. */
  #candidate: Row | null = null
  #numberMax = 0

  constructor(number: number) {
    this.#number = number
  }

  /** Greatest checkpoint number of all rows seen, finished or not. */
  get numberMax(): number {
    return this.#numberMax
  }

  /** Rows in key order. Those that count go to `kept`, the keys of all others to `passed`. */
  push(rows: readonly Row[], kept: Row[], passed: string[] | null): void {
    for (const row of rows) {
      const number = rowNumber(row.key)
      if (number > this.#numberMax) this.#numberMax = number
      if (number > this.#number) {
        passed?.push(row.key)
        continue
      }
      const before = this.#candidate
      if (before !== null) {
        if (rowStem(before.key) === rowStem(row.key)) passed?.push(before.key)
        else kept.push(before)
      }
      this.#candidate = row
    }
  }

  /** No more rows come: the last candidate counts. */
  finish(kept: Row[]): void {
    if (this.#candidate !== null) kept.push(this.#candidate)
    this.#candidate = null
  }
}
