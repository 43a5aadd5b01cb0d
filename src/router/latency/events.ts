// LATENCY: the longest of each second for each class of event that passed latency-monitor-threshold.

import type { Reply } from '../../api/reply.js'

export interface Sample {
  /** Wall seconds. */
  readonly at: number
  readonly ms: number
}

interface Series {
  readonly samples: Sample[]
  maxMs: number
}

const samplesMax = 160
/** Classes that are told apart; they come from our own code. */
const classesMax = 64

export class LatencyEvents {
  readonly #series = new Map<string, Series>()

  add(event: string, { ms, wall }: { readonly ms: number; readonly wall: number }): void {
    let series = this.#series.get(event)
    if (series === undefined) {
      if (this.#series.size >= classesMax) return
      series = { samples: [], maxMs: 0 }
      this.#series.set(event, series)
    }
    const at = Math.floor(wall / 1000)
    series.maxMs = Math.max(series.maxMs, ms)
    const last = series.samples.at(-1)
    if (last !== undefined && last.at === at) {
      series.samples[series.samples.length - 1] = { at, ms: Math.max(last.ms, ms) }
      return
    }
    series.samples.push({ at, ms })
    if (series.samples.length > samplesMax) series.samples.shift()
  }

  /** Number of classes that were forgotten; all of them without names. */
  reset(events: readonly string[]): number {
    const names = events.length === 0 ? [...this.#series.keys()] : events
    let count = 0
    for (const name of names) if (this.#series.delete(name)) count++
    return count
  }

  names(): Iterable<string> {
    return this.#series.keys()
  }

  /** Oldest first; none of an unknown class. */
  samples(event: string): readonly Sample[] {
    return this.#series.get(event)?.samples ?? []
  }

  maxMs(event: string): number {
    return this.#series.get(event)?.maxMs ?? 0
  }

  latest(): Reply {
    return [...this.#series].map(([name, { samples, maxMs }]) => {
      const last = samples.at(-1)
      return [name, last?.at ?? 0, last?.ms ?? 0, maxMs]
    })
  }
}
