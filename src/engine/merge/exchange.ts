// A slot as it is sent to a member whose digest differs, and what that one makes of it.

import type { SlotMerge } from '../../api/engine.js'
import { ByteReader, bytesEqual, ByteWriter } from '../../base/bytes.js'
import { keySlot, slotCount } from '../../base/keyslot.js'
import { hasBug } from '../../base/seeded-bug.js'
import type { Effects } from '../effects.js'
import { insert, KeyCell, kinds } from './cell.js'
import { decodeCell, encodeCell } from './cell-codec.js'
import type { Saturation } from './fold.js'
import { endOf, type Ground, valueAt } from './open.js'
import { rebuild } from './rebuild.js'
import { reconcile } from './reconcile.js'
import { isBare, survivors } from './survivors.js'

export interface ExchangeInit extends Ground {
  readonly effects: Effects
  readonly count: Saturation
  readonly clock: () => number
}

const version = 1
const writer = new ByteWriter(4096)

/** Database and key of all in a slot of which anything is known. */
function keysOf({ keyspace, cells }: Ground, slot: number): (readonly [number, string])[] {
  const found: (readonly [number, string])[] = []
  for (const { place, tables } of keyspace.used) {
    const table = tables.at(slot)
    if (table === undefined) continue
    const db = keyspace.places.nameOf(place)
    for (const segment of table.segments) {
      for (const key of segment.map.keys()) found.push([db, key])
    }
  }
  for (const [db, key] of cells.objectsIn(slot)) {
    if (keyspace.find(keyspace.places.of(db), key)?.map.has(key) !== true) found.push([db, key])
  }
  return found
}

/** All that is known of a key, every element with all that it holds. What is past its time is not there. */
function wholeCell(init: ExchangeInit, db: number, key: string): KeyCell {
  const value = valueAt(init, db, key)
  const until = endOf(init, db, key)
  if (value !== undefined && until >= 0 && until <= init.clock()) return new KeyCell()
  const found = init.cells.object(db, key)
  if (found !== undefined) return survivors(found, value, () => false)
  const cell = new KeyCell()
  if (value === undefined) return cell
  const stamp = init.cells.stampOf(db, key) ?? 0
  cell.times = insert(cell.times, { stamp, until, isWeak: false })
  if (typeof value === 'string')
    cell.bases = insert(cell.bases, { stamp, kind: kinds.string, text: value })
  else cell.made = insert(cell.made, { stamp, kind: kinds[value.type] })
  return survivors(cell, value, () => false)
}

export function holdsSlot({ keyspace, cells }: ExchangeInit, slot: number): boolean {
  for (const { tables } of keyspace.used) if ((tables.at(slot)?.keys ?? 0) > 0) return true
  return cells.hasObjectIn(slot)
}

/** The first slot from `from` on with anything in it, `slotCount` for none. */
export function nextSlot({ keyspace, cells }: ExchangeInit, from: number): number {
  let next: number = slotCount
  for (const database of keyspace.used) {
    if (database.keys > 0) next = Math.min(next, database.tables.next(from))
  }
  // No further: who asks for slot after slot would look at all slots each time where objects are few.
  return cells.nextObjectSlot(from, next)
}

export function exportSlot(init: ExchangeInit, slot: number): Uint8Array {
  writer.byte(version).varint(init.cells.stableOf(slot))
  const keys = keysOf(init, slot)
  writer.varint(keys.length)
  for (const [db, key] of keys) {
    encodeCell(writer.varint(db).text(key), wholeCell(init, db, key))
  }
  return writer.finish()
}

interface Exported {
  /** What the exporter had forgotten. */
  readonly stable: number
  /** By database and key. */
  readonly objects: Map<string, ExportedObject>
}

interface ExportedObject {
  readonly db: number
  readonly key: string
  readonly cell: KeyCell
}

/** Null for bytes that are no slot, or another one. */
function readSlot({ keyspace }: Ground, bytes: Uint8Array, slot: number): Exported | null {
  const reader = new ByteReader(bytes)
  const databases = keyspace.databases.length
  if (reader.byte() !== version) return null
  const stable = reader.varint()
  const objects = new Map<string, ExportedObject>()
  const count = reader.varint()
  for (let i = 0; i < count && reader.ok; i++) {
    const db = reader.varint()
    const key = reader.text()
    const cell = decodeCell(reader)
    if (cell === null || keySlot(key) !== slot || db >= databases) return null
    objects.set(`${db} ${key}`, { db, key, cell })
  }
  return reader.ok && reader.left === 0 ? { stable, objects } : null
}

/** Whether `mergeSlot` will take it. */
export function isSlot(init: Ground, bytes: Uint8Array, slot: number): boolean {
  return readSlot(init, bytes, slot) !== null
}

export function mergeSlot(init: ExchangeInit, bytes: Uint8Array, how: SlotMerge): boolean {
  const found = readSlot(init, bytes, how.slot)
  if (found === null) return false
  const { stable, objects: theirs } = found
  const own = init.cells.stableOf(how.slot)
  const upTo = Math.max(stable, own)
  const sides = {
    ...how,
    upTo,
    isMineAhead: hasBug('merge-fold-of-behind') || own === stable ? null : own > stable,
    // Whose slot shows all up to there lost nothing that the other one has forgotten the stamps of.
    isMineLess: own < stable && how.mineLacksAbove < stable,
    isTheirsLess: stable < own && how.theirsLacksAbove < own,
  }
  for (const [db, key] of keysOf(init, how.slot)) {
    if (!theirs.has(`${db} ${key}`)) theirs.set(`${db} ${key}`, { db, key, cell: new KeyCell() })
  }
  // They may have forgotten more: what comes here from now on has seen it, as it had to for them.
  init.cells.took(how.slot, upTo)
  for (const { db, key, cell } of theirs.values()) {
    const mine = wholeCell(init, db, key)
    const both = reconcile(mine, cell, sides)
    if (!isSame(mine, both)) become(init, { db, key }, both)
  }
  return true
}

function isSame(a: KeyCell, b: KeyCell): boolean {
  // What is the greatest stamp follows from the rest.
  a.last = b.last
  encodeCell(writer, a)
  const before = writer.finish()
  encodeCell(writer, b)
  return bytesEqual(before, writer.finish())
}

function become(
  init: ExchangeInit,
  { db, key }: { readonly db: number; readonly key: string },
  cell: KeyCell,
): void {
  const { cells, effects, count } = init
  effects.select(db)
  if (isBare(cell)) {
    cells.forget(db, key)
    effects.remove(key, 'del')
    return
  }
  cells.setObject(db, key, cell)
  rebuild(effects, key, { cell, count })
}

/** Of all keys, for a checkpoint. */
export function encodeCells({ cells }: Ground): Uint8Array {
  const writer = new ByteWriter(4096)
  writer.byte(version).varint(cells.told)
  for (const [db, key, cell] of cells.objects()) {
    encodeCell(writer.boolean(true).varint(db).text(key), cell)
  }
  writer.boolean(false)
  for (const [db, key, stamp] of cells.stamps()) {
    writer.boolean(true).varint(db).text(key).varint(stamp)
  }
  cells.encodeStable(writer.boolean(false))
  return writer.finish()
}

export function decodeCells({ cells, keyspace }: Ground, bytes: Uint8Array): boolean {
  const reader = new ByteReader(bytes)
  if (reader.byte() !== version) return false
  const stable = reader.varint()
  while (reader.boolean() && reader.ok) {
    const db = reader.varint()
    const key = reader.text()
    const cell = decodeCell(reader)
    if (cell === null) return false
    const value = hasBug('merge-replay-doubles') ? valueAt({ cells, keyspace }, db, key) : undefined
    if (typeof value === 'string' && cell.deltas.length > 0)
      cell.bases = [{ stamp: cell.base?.stamp ?? 0, kind: kinds.string, text: value }]
    cells.setObject(db, key, cell)
  }
  while (reader.boolean() && reader.ok) {
    cells.setStamp(reader.varint(), reader.text(), reader.varint())
  }
  cells.decodeStable(stable, reader)
  return reader.ok && reader.left === 0
}
