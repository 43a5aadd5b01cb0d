// Times to live of hash fields. Each part knows its times and the least of them; each database has a
// heap of its hashes with such times. What stands in the heap is at or before a hash's least time: it is
// lowered with each earlier time and raised only when it comes up, since to find the least one anew is
// a look at all parts. What is removed when depends on the times alone, so replicas agree.

import type { ExpiryItem } from './expiry.js'
import type { Database } from './database.js'
import type { Keyspace } from './keyspace.js'
import { timedBytes } from './memory.js'
import type { HashValue } from './values/hash.js'
import type { Value } from './values/value.js'

/** A hash at its key. */
export interface Timed {
  readonly key: string
  readonly hash: HashValue
}

/** As many `fields` got times or, below zero, lost them; `least` is at or before the first new one. */
export function timesChanged(
  keyspace: Keyspace,
  { key, hash }: Timed,
  { fields, least }: { readonly fields: number; readonly least: number },
): void {
  hash.countTimed(fields)
  if (!hash.body.isHomed) return
  const { timer } = hash
  if (hash.timed === 0) timesLeave(keyspace, hash)
  else if (timer === null) timesEnter(keyspace, key, hash)
  else if (least < timer.at) setTimer(keyspace, { key, hash }, least)
}

/** A value came to a key. */
export function timesEnter(keyspace: Keyspace, key: string, value: Value): void {
  if (typeof value === 'string' || value.type !== 'hash' || value.timed === 0) return
  setTimer(keyspace, { key, hash: value }, leastTime(value))
}

/** A value left its key. */
export function timesLeave(keyspace: Keyspace, value: Value): void {
  if (typeof value === 'string' || value.type !== 'hash' || value.timer === null) return
  const database = keyspace.databases[value.body.db] as Database
  database.fieldTimes.remove(value.timer)
  database.bytes -= timedBytes
  value.timer = null
}

/** Raises what stands in the heap to the least time that there is. */
export function timesSettle(keyspace: Keyspace, timed: Timed): void {
  if (timed.hash.timer !== null) setTimer(keyspace, timed, leastTime(timed.hash))
}

/** The least time of a hash's fields. A look at all parts. */
export function leastTime(hash: HashValue): number {
  let least = Number.POSITIVE_INFINITY
  for (const part of hash.body.parts) if (part.least < least) least = part.least
  return least
}

function setTimer(keyspace: Keyspace, { key, hash }: Timed, at: number): void {
  const database = keyspace.databases[hash.body.db] as Database
  const { timer } = hash
  if (timer === null) {
    hash.timer = database.fieldTimes.add(key, at)
    database.bytes += timedBytes
  } else if (timer.at !== at) hash.timer = database.fieldTimes.replace(timer, at)
}

/** What comes up first of all databases, keys before hashes; ties by database, then key. */
export function firstDue(keyspace: Keyspace, databases: number): Due | null {
  let best: Due | null = null
  for (const database of keyspace.used) {
    const { place } = database
    if (place >= databases) break
    const key = database.expiry.peek()
    if (key !== undefined && (best === null || key.at < best.item.at)) {
      best = { place, item: key, isHash: false }
    }
    const hash = database.fieldTimes.peek()
    if (hash !== undefined && (best === null || hash.at < best.item.at)) {
      best = { place, item: hash, isHash: true }
    }
  }
  return best
}

export interface Due {
  /** Of the database, see `Places`. */
  readonly place: number
  readonly item: ExpiryItem
  /** Fields of the hash at the key are due, perhaps; else the key is. */
  readonly isHash: boolean
}
