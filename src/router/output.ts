// The replies of a turn as one text. Most runs of replies are `+OK`: these are taken from a table, for a text that is put
// together of sixteen pieces costs sixteen objects, and the way through all of them when it is written.

const okText = '+OK\r\n'
const runMax = 128
const runs: readonly string[] = Array.from({ length: runMax + 1 }, (_, count) =>
  okText.repeat(count),
)

export class Output {
  #text = ''
  /** How many `+OK` the text is; -1 where it is something else. */
  #oks = 0

  get length(): number {
    return this.#text.length
  }

  add(text: string): void {
    if (text === okText && this.#oks >= 0 && this.#oks < runMax) {
      this.#text = runs[++this.#oks] as string
      return
    }
    // Of a reply that is silenced, or where no push follows one.
    if (text === '') return
    this.#oks = -1
    this.#text = this.#text === '' ? text : this.#text + text
  }

  take(): string {
    const text = this.#text
    this.#text = ''
    this.#oks = 0
    return text
  }
}
