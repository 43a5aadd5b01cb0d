// What is left of a key when all that somebody had seen of it is taken away, as a whole cell: every element
// with all that it holds.

import type { Value } from '../values/value.js'
import { type Entry, ElementCell, KeyCell, type Kind, kinds } from './cell.js'
import { elementsOf, kindOf } from './contents.js'
import { openEntry, restStamp } from './open.js'
import { isWholePlace, stampOfPlace } from './places.js'

export type Sees = (stamp: number) => boolean

/** An element with all that it stands for. `given` undefined: it has no entry. */
export function wholeEntry(
  cell: KeyCell,
  value: Value,
  of: { readonly kind: Kind; readonly name: string; readonly given: Entry | undefined },
): ElementCell {
  if (of.given instanceof ElementCell || typeof value === 'string') {
    return of.given instanceof ElementCell ? of.given : new ElementCell()
  }
  const made = openEntry(cell, value, of)
  if (of.kind !== kinds.list || made.dots[0] === undefined) return made
  // A place says when its element was made.
  const { payload } = made.dots[0]
  const stamp = stampOfPlace(of.name)
  // Its base may be stable and forgotten.
  const isWhole = isWholePlace(of.name) && stamp === restStamp(cell, of.kind)
  made.dots = [{ stamp, isWhole, payload }]
  return made
}

/** What of a cell and its value `isGone` does not take. */
export function survivors(cell: KeyCell, value: Value | undefined, isGone: Sees): KeyCell {
  const made = new KeyCell()
  made.bases = cell.bases.filter(({ stamp }) => !isGone(stamp))
  made.deltas = cell.deltas.filter(({ stamp }) => !isGone(stamp))
  made.times = cell.times.filter(({ stamp }) => !isGone(stamp))
  made.made = cell.made.filter(({ stamp }) => !isGone(stamp))
  made.rest = isGone(cell.rest) ? 0 : cell.rest
  cell.elements.forEach((entries, kind) => {
    if (entries === null) return
    for (const [name, given] of entries) {
      if (typeof given === 'number' && isGone(given)) continue
      const whole = wholeEntry(cell, value ?? '', { kind, name, given })
      keepElement(made, { kind, name, whole }, isGone)
    }
  })
  if (value !== undefined && typeof value !== 'string') addRest(cell, made, { value, isGone })
  made.last = lastOfCell(made)
  return made
}

/** Elements without an entry: most often all are gone. */
function addRest(
  cell: KeyCell,
  made: KeyCell,
  { value, isGone }: { readonly value: Exclude<Value, string>; readonly isGone: Sees },
): void {
  const kind = kindOf(value)
  if (kind !== kinds.list && isGone(restStamp(cell, kind))) return
  for (const [name] of elementsOf(value)) {
    if (cell.entry(kind, name) !== undefined) continue
    const whole = wholeEntry(cell, value, { kind, name, given: undefined })
    keepElement(made, { kind, name, whole }, isGone)
  }
}

function keepElement(
  made: KeyCell,
  {
    kind,
    name,
    whole,
  }: { readonly kind: Kind; readonly name: string; readonly whole: ElementCell },
  isGone: Sees,
): void {
  const left = restOfElement(whole, isGone)
  if (left !== null) made.setEntry(kind, name, left)
}

/** Null where nothing is left. */
export function restOfElement(element: ElementCell, isGone: Sees): ElementCell | null {
  const made = new ElementCell()
  made.dots = element.dots.filter(({ stamp }) => !isGone(stamp))
  made.deltas = element.deltas.filter(({ stamp }) => !isGone(stamp))
  made.times = element.times.filter(({ stamp }) => !isGone(stamp))
  return made.dots.length + made.deltas.length + made.times.length === 0 ? null : made
}

/** Whether there is nothing in a cell. */
export function isBare(cell: KeyCell): boolean {
  if (cell.bases.length + cell.deltas.length + cell.times.length + cell.made.length > 0)
    return false
  return cell.elements.every((entries) => entries === null || entries.size === 0)
}

export function lastOfCell(cell: KeyCell): number {
  let last = 0
  const see = (all: readonly { readonly stamp: number }[]): void => {
    for (const { stamp } of all) if (stamp > last) last = stamp
  }
  for (const all of [cell.bases, cell.deltas, cell.times, cell.made]) see(all)
  for (const entries of cell.elements) {
    for (const entry of entries?.values() ?? []) {
      if (typeof entry === 'number') last = Math.max(last, entry)
      else for (const all of [entry.dots, entry.deltas, entry.times]) see(all)
    }
  }
  return last
}
