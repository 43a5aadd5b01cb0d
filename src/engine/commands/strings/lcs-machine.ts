// The longest common subsequence of two strings: fills the table of lengths cell by cell in steps,
// then walks it back once. Where both ways back are as long it goes as Redis goes, so that the indexes
// agree.

import { later } from '../../../api/engine.js'
import type { Reply } from '../../../api/reply.js'
import type { Machine } from '../../context.js'

export interface LcsOptions {
  readonly isLength: boolean
  readonly isIndexes: boolean
  /** Ranges shorter than this are left out. */
  readonly matchMin: number
  readonly hasMatchLengths: boolean
}

/** A common range, first and last index in each string. */
interface Match {
  aFirst: number
  aLast: number
  bFirst: number
  bLast: number
}

export class LcsMachine implements Machine {
  readonly #a: string
  readonly #b: string
  readonly #options: LcsOptions
  /** Length of the subsequence of the first `i` and `j` characters at `i * #width + j`. */
  readonly #table: Uint32Array
  readonly #width: number
  #cell: number

  constructor(a: string, b: string, options: LcsOptions) {
    this.#a = a
    this.#b = b
    this.#options = options
    this.#width = b.length + 1
    this.#table = new Uint32Array((a.length + 1) * this.#width)
    this.#cell = this.#width
  }

  step(budget: number): Reply | typeof later {
    const table = this.#table
    const width = this.#width
    const end = Math.min(table.length, this.#cell + budget)
    let cell = this.#cell
    while (cell < end) {
      const j = cell % width
      const i = (cell - j) / width
      if (j > 0) {
        const up = table[cell - width] as number
        const left = table[cell - 1] as number
        const isSame = this.#a.charCodeAt(i - 1) === this.#b.charCodeAt(j - 1)
        table[cell] = isSame ? (table[cell - width - 1] as number) + 1 : up > left ? up : left
      }
      cell++
    }
    this.#cell = cell
    return cell < table.length ? later : this.#answer()
  }

  #answer(): Reply {
    const length = this.#table[this.#table.length - 1] as number
    if (this.#options.isLength) return length
    const characters: string[] = []
    const matches = this.#walkBack(characters)
    if (!this.#options.isIndexes) return characters.reverse().join('')
    const { matchMin, hasMatchLengths } = this.#options
    const listed = matches
      .filter((match) => match.aLast - match.aFirst + 1 >= matchMin)
      .map(({ aFirst, aLast, bFirst, bLast }): Reply => {
        const ranges: Reply[] = [
          [aFirst, aLast],
          [bFirst, bLast],
        ]
        if (hasMatchLengths) ranges.push(aLast - aFirst + 1)
        return ranges
      })
    return { type: 'map', pairs: ['matches', listed, 'len', length] }
  }

  /** Ranges from the end to the start; `characters` gets the subsequence, last one first. */
  #walkBack(characters: string[]): Match[] {
    const matches: Match[] = []
    let open: Match | null = null
    let i = this.#a.length
    let j = this.#b.length
    while (i > 0 && j > 0) {
      if (this.#a.charCodeAt(i - 1) === this.#b.charCodeAt(j - 1)) {
        i--
        j--
        characters.push(this.#a[i] as string)
        if (open === null) {
          open = { aFirst: i, aLast: i, bFirst: j, bLast: j }
          matches.push(open)
        } else {
          open.aFirst = i
          open.bFirst = j
        }
        continue
      }
      const up = this.#table[(i - 1) * this.#width + j] as number
      const left = this.#table[i * this.#width + j - 1] as number
      if (up > left) i--
      else j--
      open = null
    }
    return matches
  }
}
