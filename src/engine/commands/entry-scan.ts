// HSCAN and SSCAN. A large container is walked in the order of its entries' hashes: the cursor is the
// least hash that was not looked at, so it is valid while entries come and go and on every member. A
// small one answers all at once, as Redis does.

import { later } from '../../api/engine.js'
import { limits } from '../../api/limits.js'
import type { Reply } from '../../api/reply.js'
import { hashString } from '../../base/hash.js'
import type { Context, Machine } from '../context.js'
import type { MapPart } from '../values/map-part.js'
import { type Body, hashedEnd } from '../values/part.js'

export interface Taken {
  /** Looks at an entry, and keeps it where it matches. */
  take(name: string, part: MapPart): void
  /** What was kept. */
  readonly found: readonly Reply[]
}

export interface EntryScan extends Taken {
  readonly cursor: number
  readonly count: number
}

/** Answers all entries at once. */
export function scanAll(body: Body<MapPart>, { take, found }: Taken): Reply {
  for (const part of body.parts) for (const name of part.map.keys()) take(name, part)
  return ['0', found]
}

/** Answers a page with its cursor. */
export function scanEntries(
  context: Context,
  body: Body<MapPart>,
  scan: EntryScan,
): Reply | typeof later {
  const walk = new HashWalk(body, scan)
  return scan.count <= limits.stepElements ? walk.step(scan.count) : context.begin(walk)
}

interface Placed {
  readonly name: string
  readonly hash: number
}

class HashWalk implements Machine {
  readonly #body: Body<MapPart>
  readonly #scan: EntryScan
  #cursor: number
  #left: number

  constructor(body: Body<MapPart>, scan: EntryScan) {
    this.#body = body
    this.#scan = scan
    this.#cursor = scan.cursor
    this.#left = scan.count
  }

  /** Entries of one hash go together, so a step may take a few more than its budget. */
  step(budget: number): Reply | typeof later {
    let left = Math.min(budget, this.#left)
    while (left > 0 && this.#cursor < hashedEnd) {
      const taken = this.#takePart(left)
      left -= taken
      this.#left -= taken
    }
    if (this.#left > 0 && this.#cursor < hashedEnd) return later
    return [this.#cursor < hashedEnd ? String(this.#cursor) : '0', this.#scan.found]
  }

  /** At least one, so that parts without anything behind the cursor cost something. */
  #takePart(wanted: number): number {
    const { parts } = this.#body
    const index = this.#body.indexOf(this.#cursor)
    const part = parts[index] as MapPart
    const placed = placedFrom(part, this.#cursor)
    let at = 0
    while (at < placed.length) {
      const { name, hash } = placed[at] as Placed
      if (at >= wanted && hash >= this.#cursor) return at
      this.#scan.take(name, part)
      this.#cursor = hash + 1
      at++
    }
    this.#cursor = parts[index + 1]?.start ?? hashedEnd
    return Math.max(1, at)
  }
}

function placedFrom(part: MapPart, least: number): Placed[] {
  const placed: Placed[] = []
  for (const name of part.map.keys()) {
    const hash = hashString(name)
    if (hash >= least) placed.push({ name, hash })
  }
  return placed.sort((a, b) => a.hash - b.hash || (a.name < b.name ? -1 : 1))
}
