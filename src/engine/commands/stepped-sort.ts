// A stable sort that can pause: runs of a step's size are sorted as they fill up, then merged two by two.

import { limits } from '../../api/limits.js'
import type { Compare } from './partial-sort.js'

export class SteppedSort<T> {
  readonly #compare: Compare<T>
  #runs: T[][] = [[]]
  /** Runs of the next round. */
  #merged: T[][] = []
  /** The run that two are merged into, and how far they are. */
  #made: T[] = []
  #left = 0
  #right = 0

  constructor(compare: Compare<T>) {
    this.#compare = compare
  }

  add(item: T): void {
    const run = this.#runs.at(-1) as T[]
    run.push(item)
    if (run.length < limits.stepElements) return
    run.sort(this.#compare)
    this.#runs.push([])
  }

  /** Goes on for about `budget` items. The sorted items at the end, null before. */
  step(budget: number): T[] | null {
    if (this.#merged.length === 0 && this.#made.length === 0) {
      this.#runs.at(-1)?.sort(this.#compare)
    }
    let left = budget
    while (this.#runs.length > 1 || this.#merged.length > 0) {
      if (left <= 0) return null
      if (this.#runs.length < 2) {
        this.#runs = [...this.#merged, ...this.#runs]
        this.#merged = []
        continue
      }
      left -= this.#merge(left)
    }
    return this.#runs[0] as T[]
  }

  /** Merges the first two runs for at most `budget` items; how many it took. */
  #merge(budget: number): number {
    const [a, b] = this.#runs as [T[], T[]]
    const made = this.#made
    const before = made.length
    const end = Math.min(a.length + b.length, before + budget)
    while (made.length < end) {
      const isLeft =
        this.#right === b.length ||
        (this.#left < a.length && this.#compare(a[this.#left] as T, b[this.#right] as T) <= 0)
      made.push((isLeft ? a[this.#left++] : b[this.#right++]) as T)
    }
    if (made.length === a.length + b.length) {
      this.#runs.splice(0, 2)
      this.#merged.push(made)
      this.#made = []
      this.#left = 0
      this.#right = 0
    }
    return Math.max(1, end - before)
  }
}
