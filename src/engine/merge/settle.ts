// Forgetting what is stable. Nothing that clients see changes: what is kept of it gets less. Members do
// this at different times and must come to the same whatever follows: so a prefix in the order of stamps
// is folded, and only where no whole write in the cell is younger.

import type { Container, Value } from '../values/value.js'
import { type Base, ElementCell, type KeyCell, kinds } from './cell.js'
import { kindOf, resolve } from './contents.js'
import { isHidden } from './elements.js'
import { addTo } from './fold.js'
import { rankOf } from './rebuild.js'

/** Whether there may be something to forget; of a cell that is not stable as a whole where it has more than `parts`. */
export function maySettle(cell: KeyCell, upTo: number, parts: number): boolean {
  if (cell.last <= upTo || cell.deltas.length + cell.amounts > parts) return true
  for (const entries of cell.elements) {
    if (entries !== null && entries.size > parts) return true
  }
  return false
}

/** Whether all is stable and the value needs not be asked: it is of the one kind that there is a claim for. */
export function isSettled(cell: KeyCell, upTo: number): boolean {
  if (cell.last > upTo) return false
  const kind = cell.base?.kind ?? cell.made[0]?.kind
  if (kind === undefined) return false
  if (kind !== kinds.string && cell.deltas.length > 0) return false
  return cell.elements.every((entries, other) => entries === null || other === kind)
}

/** Folds what is stable into a cell that is not stable as a whole, or holds it up; whether all is forgotten. */
export function settleCell(cell: KeyCell, value: Value | undefined, upTo: number): boolean {
  const isStable = cell.last <= upTo
  if (value === undefined) return isStable
  const kind = kindOf(value)
  if (isStable && rankOf(cell, kind) >= 0) return true
  for (const { stamp } of cell.bases) if (stamp > upTo) return false
  if (typeof value === 'string') settleText(cell, upTo)
  else settleElements(cell, value, upTo)
  return false
}

function settleText(cell: KeyCell, upTo: number): void {
  const { base } = cell
  const folded = cell.deltas.filter(({ stamp }) => stamp <= upTo)
  if (folded.length === 0 || (base !== undefined && base.kind !== kinds.string)) return
  const text = addTo(base?.text ?? '0', folded, null)
  const made: Base = { stamp: base?.stamp ?? 0, kind: kinds.string, text }
  cell.bases = [made]
  cell.deltas = cell.deltas.slice(folded.length)
}

function settleElements(cell: KeyCell, value: Container, upTo: number): void {
  const kind = kindOf(value)
  const entries = cell.elements[kind]
  if (rankOf(cell, kind) < 0) cell.rest = Math.max(cell.rest, restOf(cell, value, upTo))
  const base = cell.base?.stamp ?? 0
  for (const [name, entry] of entries ?? []) {
    if (typeof entry === 'number') {
      if (entry <= upTo) entries?.delete(name)
      continue
    }
    if (lastOfElement(entry) <= upTo) {
      if (cell.last > upTo && isHidden(entry, value, name)) continue
      // Clients see it in the value; or it belongs to a base that lost.
      cell.dropEntry(kind, name)
      continue
    }
    const dots = entry.dots
    const folded = entry.deltas.filter(({ stamp }) => stamp <= upTo)
    if (folded.length === 0 || dots.some(({ stamp }) => stamp > upTo)) continue
    const part = new ElementCell()
    part.dots = dots
    part.deltas = folded
    const payload = resolve(kind, name, { cell: part, base, count: null })
    if (payload === undefined) continue
    entry.dots = [{ stamp: dots[dots.length - 1]?.stamp ?? 0, isWhole: false, payload }]
    entry.deltas = entry.deltas.slice(folded.length)
    cell.amounts -= folded.length
  }
}

/** The youngest of what is forgotten, where nothing else says since when the key is of its kind. */
function restOf(cell: KeyCell, value: Container, upTo: number): number {
  const kind = kindOf(value)
  let rest = 0
  for (const entry of cell.elements[kind]?.values() ?? []) {
    const stamp = typeof entry === 'number' ? entry : lastOfElement(entry)
    if (stamp <= upTo && stamp > rest) rest = stamp
  }
  return rest
}

function lastOfElement({ dots, deltas, times }: ElementCell): number {
  let last = 0
  for (const all of [dots, deltas, times]) {
    for (const { stamp } of all) if (stamp > last) last = stamp
  }
  return last
}
