// Random entries of a hash or set for HRANDFIELD and SRANDMEMBER: with repeats, or each at most once.

import { later } from '../../api/engine.js'
import { limits } from '../../api/limits.js'
import { outOfRange } from '../../api/replies.js'
import type { Reply } from '../../api/reply.js'
import type { Random } from '../../base/random.js'
import type { Context, Machine } from '../context.js'
import type { MapPart } from '../values/map-part.js'
import type { Body } from '../values/part.js'
import { overParts } from './over-parts.js'

export interface Take {
  take(name: string, value: string): void
  /** The answer; or `later` where it began another walk. */
  finish(): Reply | typeof later
}

/** A random entry of a body that is not empty. */
export function randomName(body: Body<MapPart>, random: Random): string {
  return nameAt(body, random.below(body.size))
}

/** The name at a position of the body's order. */
export function nameAt(body: Body<MapPart>, position: number): string {
  const index = body.partAt(position)
  let rest = position - body.before(index)
  for (const name of (body.parts[index] as MapPart).map.keys()) if (rest-- === 0) return name
  return ''
}

/** Takes `count` distinct entries, or all; where it is negative, that many with repeats. */
export function sample(
  context: Context,
  body: Body<MapPart>,
  { count, take }: { readonly count: number; readonly take: Take },
): Reply | typeof later {
  const random = context.random()
  if (count < 0) {
    if (-count > limits.randomRepeatsMax) return outOfRange
    const picks = new Repeats(body, { count: -count, random, take })
    return -count <= limits.stepElements ? picks.step(-count) : context.begin(picks)
  }
  if (count < body.size && count <= limits.stepElements && count * 3 <= body.size) {
    return distinct(body, { count, random, take })
  }
  // Each entry in turn, with the chance that as many as are wanted will have been taken at the end.
  let wanted = Math.min(count, body.size)
  let left = body.size
  return overParts(context, body, {
    visit(part) {
      for (const [name, value] of part.map) {
        if (wanted === left || (wanted > 0 && random.below(left) < wanted)) {
          take.take(name, value)
          wanted--
        }
        left--
      }
    },
    finish: () => take.finish(),
  })
}

interface Picking {
  readonly count: number
  readonly random: Random
  readonly take: Take
}

/** Few of many: positions are drawn until there are enough different ones, then looked up in order. */
function distinct(body: Body<MapPart>, { count, random, take }: Picking): Reply | typeof later {
  const drawn = new Set<number>()
  while (drawn.size < count) drawn.add(random.below(body.size))
  let at = 0
  let end = 0
  let entries: Iterator<[string, string]> | null = null
  for (const position of [...drawn].sort((a, b) => a - b)) {
    if (position >= end) {
      const index = body.partAt(position)
      const part = body.parts[index] as MapPart
      at = body.before(index)
      end = at + part.size
      entries = part.map.entries()
    }
    for (; at < position; at++) entries?.next()
    const entry = entries?.next()
    at++
    if (entry?.done === false) take.take(entry.value[0], entry.value[1])
  }
  return take.finish()
}

class Repeats implements Machine {
  readonly #body: Body<MapPart>
  readonly #random: Random
  readonly #take: Take
  #left: number

  constructor(body: Body<MapPart>, { count, random, take }: Picking) {
    this.#body = body
    this.#random = random
    this.#take = take
    this.#left = count
  }

  step(budget: number): Reply | typeof later {
    for (let left = budget; left > 0 && this.#left > 0; left--) {
      takeAt(this.#body, this.#random.below(this.#body.size), this.#take)
      this.#left--
    }
    return this.#left > 0 ? later : this.#take.finish()
  }
}

function takeAt(body: Body<MapPart>, position: number, take: Take): void {
  const part = body.parts[body.partAt(position)] as MapPart
  const name = nameAt(body, position)
  take.take(name, part.map.get(name) ?? '')
}
