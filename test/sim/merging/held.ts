// Which entries somebody holds: a set of their numbers, one bit each.

export class Held {
  /** Of 32 bits, signed: lists of those are copied all the time, and cost less than typed arrays. */
  readonly #words: number[]
  count = 0
  /** Equal for equal sets. */
  hash = 0

  constructor(words: number[] = []) {
    this.#words = words
  }

  add(number: number): boolean {
    if (this.has(number)) return false
    const at = number >>> 5
    while (at >= this.#words.length) this.#words.push(0)
    this.#words[at] = (this.#words[at] as number) | (1 << (number & 31))
    this.count++
    this.hash = (this.hash ^ mixed(number)) >>> 0
    return true
  }

  has(number: number): boolean {
    const words = this.#words
    const at = number >>> 5
    return at < words.length && (((words[at] as number) >>> (number & 31)) & 1) === 1
  }

  addAll(other: Held): void {
    for (const number of other.lackedBy(this)) this.add(number)
  }

  /** The first of another one that is not here, -1 for none. */
  firstLack(other: Held): number {
    const words = other.#words
    const own = this.#words
    for (let at = 0; at < words.length; at++) {
      const rest = (words[at] as number) & ~(at < own.length ? (own[at] as number) : 0)
      if (rest !== 0) return at * 32 + (31 - Math.clz32(rest & -rest))
    }
    return -1
  }

  /** All that another one lacks of this one. */
  lackedBy(other: Held): readonly number[] {
    const found: number[] = []
    const words = this.#words
    const others = other.#words
    for (let at = 0; at < words.length; at++) {
      let rest = (words[at] as number) & ~(at < others.length ? (others[at] as number) : 0)
      for (; rest !== 0; rest &= rest - 1) found.push(at * 32 + (31 - Math.clz32(rest & -rest)))
    }
    return found
  }

  numbers(): readonly number[] {
    return this.lackedBy(nothing)
  }

  copy(): Held {
    const made = new Held(this.#words.slice())
    made.count = this.count
    made.hash = this.hash
    return made
  }

  /** Names the set among all of one run. */
  get key(): string {
    return `${this.count}:${this.hash}`
  }
}

const nothing = new Held()

/** Bits that no sum of others makes. */
function mixed(number: number): number {
  let bits = Math.imul(number + 1, 0x9e3779b1)
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return bits ^ (bits >>> 16)
}
