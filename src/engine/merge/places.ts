// Names of list elements, which order them: one-byte strings that compare as the elements stand. A name is
// a path of steps. What is pushed at the right stands by ascending stamp, at the left by descending ones and
// before all of the right. An element that was put behind another one hangs on that one's path: the youngest next
// to it, or behind all that does, by ascending stamp. Who goes on behind the last one that hangs there hangs on
// the same path, so that names do not grow with each. Elements of one entry have ascending numbers, so that those
// of one push stay together.

import { assert } from '../../base/assert.js'

const left = 0x40
/** Ends a path: what hangs on it comes behind. */
const end = '\x80'
/** The same of what is part of a whole value that was written. */
const endWhole = '\x81'
const right = 0xc0
/** Of what hangs on a path, behind all others. */
const last = 0xe0

const stepLength = 11
const two24 = 0x1000000
const indexMax = 0xffffff

/** Stamp and number within its entry, 7 and 3 bytes; complemented where later ones come first. */
function step(side: number, stamp: number, index: number, flip: 0 | 255): string {
  assert(index <= indexMax, 'an entry pushes at most 16 million elements')
  const high = Math.floor(stamp / 0x100000000)
  const low = stamp % 0x100000000
  return String.fromCharCode(
    side,
    ((high >>> 16) & 255) ^ flip,
    ((high >>> 8) & 255) ^ flip,
    (high & 255) ^ flip,
    ((low / two24) & 255) ^ flip,
    ((low >>> 16) & 255) ^ flip,
    ((low >>> 8) & 255) ^ flip,
    (low & 255) ^ flip,
    ((index >>> 16) & 255) ^ flip,
    ((index >>> 8) & 255) ^ flip,
    (index & 255) ^ flip,
  )
}

export function placeLeft(stamp: number, index: number): string {
  return step(left, stamp, index, 255) + end
}

export function placeRight(stamp: number, index: number): string {
  return step(right, stamp, index, 0) + end
}

export function placeWhole(stamp: number, index: number): string {
  return step(right, stamp, index, 0) + endWhole
}

/** Behind the element at `place`, before all that is there. */
function placeBehind(place: string, stamp: number, index: number): string {
  return place.slice(0, -1) + step(right, stamp, index, 255) + end
}

/** What another element is put behind: next to it, or behind all that hangs on it. */
export interface Hook {
  readonly place: string
  readonly isLast: boolean
}

/** For an element that comes between the one at `place` and that at `next`, null for none. */
export function hookBehind(place: string, next: string | null): Hook {
  const path = place.slice(0, -1)
  if (next?.startsWith(path) === true) return { place, isLast: false }
  const above = path.slice(0, -stepLength)
  const isLast = above !== '' && path.charCodeAt(above.length) === last
  if (isLast && next?.startsWith(above) !== true) return { place: above + end, isLast: true }
  return { place, isLast: true }
}

/** The place of an element that is put there. */
export function placeAt({ place, isLast }: Hook, stamp: number, index: number): string {
  if (!isLast) return placeBehind(place, stamp, index)
  return place.slice(0, -1) + step(last, stamp, index, 0) + end
}

/** Stamp of the entry that made the element. */
export function stampOfPlace(place: string): number {
  const at = place.length - 1 - stepLength
  const side = place.charCodeAt(at)
  const isFlipped = side === left || (side === right && at > 0)
  const flip = isFlipped ? 255 : 0
  let stamp = 0
  for (let i = at + 1; i <= at + 7; i++) stamp = stamp * 256 + (place.charCodeAt(i) ^ flip)
  return stamp
}

export function isWholePlace(place: string): boolean {
  return place.endsWith(endWhole)
}

/** Whether a text is a place. */
export function isPlace(text: string): boolean {
  return text.length > stepLength && (text.length - 1) % stepLength === 0
}
