// Positions over parts of different sizes: a binary indexed tree of their sizes. Made anew when parts
// come or go, kept up when entries do.

export class Counts {
  readonly #tree: Float64Array
  readonly #top: number

  constructor(parts: readonly { readonly size: number }[]) {
    const count = parts.length
    const tree = new Float64Array(count + 1)
    for (let i = 1; i <= count; i++) {
      tree[i] = (tree[i] as number) + (parts[i - 1] as { readonly size: number }).size
      const above = i + (i & -i)
      if (above <= count) tree[above] = (tree[above] as number) + (tree[i] as number)
    }
    this.#tree = tree
    let top = 1
    while (top * 2 <= count) top *= 2
    this.#top = top
  }

  add(index: number, change: number): void {
    const tree = this.#tree
    for (let i = index + 1; i < tree.length; i += i & -i) tree[i] = (tree[i] as number) + change
  }

  /** Sum of the sizes of the parts before `index`. */
  before(index: number): number {
    let sum = 0
    for (let i = index; i > 0; i -= i & -i) sum += this.#tree[i] as number
    return sum
  }

  /** Index of the part that holds `position`, which is below the sum of all. */
  find(position: number): number {
    let at = 0
    let rest = position
    for (let step = this.#top; step > 0; step >>= 1) {
      const next = at + step
      if (next < this.#tree.length && (this.#tree[next] as number) <= rest) {
        at = next
        rest -= this.#tree[next] as number
      }
    }
    return at
  }
}
