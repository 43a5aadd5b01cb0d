// From what little is kept of a key to a whole cell, before more has to be kept of it.

import type { Keyspace } from '../keyspace.js'
import type { Stored } from '../values/packed.js'
import type { Container, Value } from '../values/value.js'
import { type Entry, ElementCell, insert, KeyCell, type Kind, kinds } from './cell.js'
import type { Cells } from './cells.js'
import { readElement, timeOfElement } from './contents.js'

/** Where cells and values are. */
export interface Ground {
  readonly keyspace: Keyspace
  readonly cells: Cells
}

export function valueAt({ keyspace }: Ground, db: number, key: string): Value | undefined {
  return keyspace.find(keyspace.places.of(db), key)?.map.get(key)
}

/** The same; what is packed stays so. */
export function storedAt({ keyspace }: Ground, db: number, key: string): Stored | undefined {
  return keyspace.find(keyspace.places.of(db), key)?.look(key)
}

/** Wall milliseconds at which a key ends, -1 for never. */
export function endOf({ keyspace }: Ground, db: number, key: string): number {
  return keyspace.find(keyspace.places.of(db), key)?.expires?.get(key)?.at ?? -1
}

/** The cell of a key, made of its value and its stamp where it has none. */
export function openCell(ground: Ground, db: number, key: string): KeyCell {
  const { cells } = ground
  const found = cells.changing(db, key)
  if (found !== undefined) return found
  const cell = new KeyCell()
  const value = storedAt(ground, db, key)
  if (value !== undefined) {
    const stamp = cells.stampOf(db, key) ?? 0
    cell.times = insert(cell.times, { stamp, until: endOf(ground, db, key), isWeak: false })
    if (typeof value === 'string') {
      cell.bases = insert(cell.bases, { stamp, kind: kinds.string, text: value })
    } else cell.made = insert(cell.made, { stamp, kind: kinds[value.type] })
    cell.last = stamp
  }
  cells.setObject(db, key, cell)
  return cell
}

/** Stamp of elements without an entry: of the base that they are part of, or 0 where they are stable. */
export function restStamp(cell: KeyCell, kind: Kind): number {
  const { base } = cell
  return base !== undefined && base.kind === kind ? base.stamp : 0
}

/** An entry with all that it stands for; `given` undefined: of an element that has none. */
export function openEntry(
  cell: KeyCell,
  value: Container,
  of: { readonly kind: Kind; readonly name: string; readonly given: Entry | undefined },
): ElementCell {
  const { kind, name, given } = of
  if (given instanceof ElementCell) return given
  const made = new ElementCell()
  const payload = readElement(value, name)
  if (payload === undefined) return made
  const rest = given === undefined ? restStamp(cell, kind) : given
  const isWhole = given === undefined && rest > 0
  made.dots = insert(made.dots, { stamp: rest, isWhole, payload })
  if (kind === kinds.hash) {
    made.times = insert(made.times, {
      stamp: rest,
      until: timeOfElement(value, name),
      isWeak: false,
    })
  }
  return made
}
