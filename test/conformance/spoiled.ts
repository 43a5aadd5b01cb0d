// What is left of a message on a bad link, and what nobody would send: none of it may do anything.

import { type MemberId, Random } from 'quorate/plugin'

/** Nobody's id. */
export const nobody = 99 as MemberId

export class Spoiler {
  readonly #random = new Random(9)

  /** Cut short, with a byte more, of another version, and at random. */
  of(message: Uint8Array): readonly Uint8Array[] {
    const made = [0, 1, 2, 3, message.length - 1]
      .filter((end) => end < message.length)
      .map((end) => message.slice(0, end))
    for (let i = 0; i < 12; i++) made.push(message.slice(0, this.#random.below(message.length)))
    made.push(Uint8Array.from([...message, 0]))
    for (const version of [0, 2, 9, 255]) {
      if (message[0] === version) continue
      made.push(Uint8Array.from(message).fill(version, 0, 1))
    }
    made.push(Uint8Array.from(message, () => this.#random.below(256)).fill(255, 0, 1))
    return made
  }
}
