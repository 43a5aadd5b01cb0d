// How long the calls of one command took: counts by length, eight steps to each power of two
// microseconds. For INFO latencystats and LATENCY HISTOGRAM.

const stepsBits = 3
const steps = 1 << stepsBits
/** Up to 2^31 microseconds, half an hour. */
const powersMax = 31
/** Redis' histogram counts nanoseconds: what it shows of a power of two is this much above it. */
const shownFactor = 1.032

export class Histogram {
  readonly #counts = new Float64Array(steps * (powersMax + 1))
  #calls = 0

  get calls(): number {
    return this.#calls
  }

  /** `calls` that took this long each. */
  add(microseconds: number, calls: number): void {
    this.#calls += calls
    const at = placeOf(Math.max(0, Math.floor(microseconds)))
    this.#counts[at] = (this.#counts[at] as number) + calls
  }

  /** Microseconds below which `percent` of the calls ended. */
  percentile(percent: number): number {
    const wanted = Math.max(1, Math.ceil((this.#calls * percent) / 100))
    let seen = 0
    for (let at = 0; at < this.#counts.length; at++) {
      seen += this.#counts[at] as number
      if (seen >= wanted) return endOf(at)
    }
    return endOf(this.#counts.length - 1)
  }

  /** Redis' powers of two with the calls that ended up to each, from the first to the last that count. */
  cumulative(): readonly (readonly [microseconds: number, calls: number])[] {
    const made: (readonly [number, number])[] = []
    let seen = 0
    let before = 0
    let at = 0
    for (let power = 0; power <= powersMax && before < this.#calls; power++) {
      const end = power < 31 ? 1 << power : 0x7fff_ffff
      for (; at < this.#counts.length && endOf(at) <= end; at++) seen += this.#counts[at] as number
      if (seen > before) made.push([Math.floor(end * shownFactor), seen])
      before = seen
    }
    return made
  }
}

/** Lengths below 8 have a place each; above, eight to each power of two. */
function placeOf(microseconds: number): number {
  if (microseconds < steps) return microseconds
  const bounded = Math.min(microseconds, 0x7fff_ffff)
  const power = 31 - Math.clz32(bounded)
  return ((power - stepsBits + 1) << stepsBits) + ((bounded >> (power - stepsBits)) & (steps - 1))
}

/** The greatest length of a place. */
function endOf(at: number): number {
  if (at < steps) return at
  const power = (at >> stepsBits) + stepsBits - 1
  const width = 1 << (power - stepsBits)
  return (1 << power) + ((at & (steps - 1)) + 1) * width - 1
}
