// What the replies of one connection are taken to be in size: so many commands are in flight at a time
// that their replies fit the bound of the output.

import { limits } from '../api/limits.js'

/** Commands in flight times the typical size of a reply may be this many characters. */
const inFlightChars = limits.outputHardBytes / 4
/** What a reply is taken to be before the first ones are in: as many of the longest values fit the bound. */
const typicalCharsFirst = inFlightChars / 24

export class ReplySizes {
  /** Follows the largest at once and falls slowly. */
  #typicalChars = typicalCharsFirst

  note(chars: number): void {
    const typical = this.#typicalChars
    this.#typicalChars = chars > typical ? chars : typical - ((typical - chars) >> 3)
  }

  /** Whether one more command may be taken beside `pending` ones. */
  hasRoom(pending: number): boolean {
    return pending * this.#typicalChars < inFlightChars
  }

  /** Whether one that had stopped may go on. */
  mayGoOn(pending: number): boolean {
    return pending * this.#typicalChars <= inFlightChars / 2
  }
}
