// A slot's keys change their database, or go, a segment at a time: a look at each key would hold a group up for as
// long as there are keys. What hangs on them goes along: rows, times to live, counts, bytes. Nobody is told, and no
// journal is open.

import { closeSlot, type Database, openSlot, type SlotTable } from './database.js'
import type { Effects } from './effects.js'
import { leave } from './effects/homes.js'
import { timesEnter, timesLeave } from './field-times.js'
import type { Keyspace } from './keyspace.js'
import { expiryBytes } from './memory.js'
import type { Segment } from './segment.js'
import type { Body } from './values/part.js'
import { Packed } from './values/packed.js'
import type { Container } from './values/value.js'

export interface Held {
  readonly keyspace: Keyspace
  readonly effects: Effects
}

/** What a segment costs in elements, beside what is looked at by itself. */
const segmentCost = 4

/** A database and its number, as clients name it or as that of their copies. */
export interface Side {
  readonly database: Database
  readonly db: number
}

/**
 * The first segment of a slot goes behind those that the other database has of it; what that costs, in elements. Its
 * times stay in the heap that they leave, until `forgetTimes`.
 */
export function takeSegment(held: Held, slot: number, from: Side, to: Side): number {
  const { keyspace, effects } = held
  const { ledger } = keyspace
  const table = from.database.tables.at(slot) as SlotTable
  const segment = table.segments[0] as Segment
  const containers = containersOf(segment)
  // What an open checkpoint has to write of it is kept as it is now, at the place that it has now.
  ledger.touch(segment)
  for (const [, value] of containers) {
    timesLeave(keyspace, value)
    if (value.body.id !== 0) uproot(held, value.body, from.database)
  }
  count(from.database, segment, -1)
  table.keys -= segment.map.size
  ledger.kill(segment)
  table.segments.shift()
  table.starts.shift()
  from.database.onlys.set(slot, undefined)
  if (table.segments.length === 0) closeSlot(from.database, segment)

  segment.db = to.database.place
  const there = to.database.tables.at(slot)
  if (there === undefined) openSlot(to.database, segment)
  else {
    there.segments.push(segment)
    there.starts.push(segment.start)
    to.database.onlys.set(slot, undefined)
  }
  ;(to.database.tables.at(slot) as SlotTable).keys += segment.map.size
  count(to.database, segment, 1)
  ledger.revive(segment)
  for (const [key, value] of containers) {
    const { body } = value
    body.db = segment.db
    timesEnter(keyspace, key, value)
    if (body.id === 0) continue
    to.database.bytes += body.bytes
    for (const part of body.parts) ledger.revivePart(part)
  }
  for (const [key, { at }] of segment.expires ?? []) {
    segment.expires?.set(key, to.database.expiry.add(key, at))
  }
  if (effects.accesses !== null) {
    for (const key of segment.map.keys()) {
      effects.accesses.forget(from.db, key)
      effects.accesses.use(to.db, key)
    }
  }
  effects.raiseTo(slot, 0)
  return costOf(held, segment)
}

/** Times that went with their keys stand in the heap no more. */
export function forgetTimes({ database }: Side): void {
  if (database.keys === 0) database.expiry.clear()
}

/** The last segment of a slot goes with its keys; what that costs, in elements. */
export function dropSegment(held: Held, slot: number, { database, db }: Side): number {
  const { keyspace, effects } = held
  const table = database.tables.at(slot) as SlotTable
  const segment = table.segments.pop() as Segment
  table.starts.pop()
  table.keys -= segment.map.size
  const containers = containersOf(segment)
  keyspace.ledger.kill(segment)
  count(database, segment, -1)
  for (const [, value] of containers) leave(keyspace, value)
  for (const item of segment.expires?.values() ?? []) database.expiry.remove(item)
  if (effects.accesses !== null) {
    for (const key of segment.map.keys()) effects.accesses.forget(db, key)
  }
  if (table.segments.length === 0) closeSlot(database, segment)
  else if (table.segments.length === 1) database.onlys.set(slot, table.segments[0])
  effects.raiseTo(slot, 0)
  return costOf(held, segment)
}

/** Those that hang on anything outside of it: packed ones do not. */
function containersOf(segment: Segment): readonly (readonly [string, Container])[] {
  const found: (readonly [string, Container])[] = []
  for (const [key, value] of segment.map) {
    if (typeof value !== 'string' && !(value instanceof Packed)) found.push([key, value])
  }
  return found
}

function costOf({ effects }: Held, { map, expires }: Segment): number {
  let containers = 0
  for (const value of map.values()) if (typeof value !== 'string') containers++
  const noted = effects.accesses === null ? 0 : map.size
  return segmentCost + 2 * containers + (expires?.size ?? 0) + noted
}

/** The rows of a body stand elsewhere from now on. */
function uproot({ keyspace }: Held, body: Body, database: Database): void {
  database.bytes -= body.bytes
  for (const part of body.parts) {
    keyspace.ledger.touchPart(part)
    keyspace.ledger.killPart(part)
  }
}

/** What a database counts of a segment. */
function count(database: Database, segment: Segment, sign: 1 | -1): void {
  database.countKeys(segment.slot, sign * segment.map.size)
  database.bytes += sign * (segment.bytes + (segment.expires?.size ?? 0) * expiryBytes)
}
