// From a cell that holds everything of a key to the value that clients see.

import type { Effects } from '../effects.js'
import type { Value } from '../values/value.js'
import { type Entry, ElementCell, type KeyCell, type Kind, kinds, timeOf } from './cell.js'
import { makeValue, resolve, setTimeOfElement, writeElement } from './contents.js'
import { addTo, type Saturation } from './fold.js'
import { headName } from './stream-names.js'

const kindCount = 6
/** By kind, what is told of a key that got a value. */
const events = ['set', 'hset', 'rpush', 'sadd', 'zadd', 'xadd']

/** How much a kind has to say for being what clients see: its greatest claim, then its youngest element. */
interface Claim {
  readonly kind: Kind
  readonly rank: number
  readonly youngest: number
}

/**
 * Which kind clients see, -1 for none: the one of the latest whole write or creation; without any, the one with the
 * youngest element. A kind whose elements are gone one by one does not give way to one that lost to it: who has
 * forgotten what is stable has no other.
 */
export function kindOfCell(cell: KeyCell): Kind {
  let best: Claim | null = null
  for (let kind = 0; kind < kindCount; kind++) {
    const claim = { kind, rank: rankOf(cell, kind), youngest: youngestOf(cell, kind) }
    if (claim.rank < 0 && claim.youngest < 0) continue
    if (best === null || isAbove(claim, best)) best = claim
  }
  return best === null || best.youngest < 0 ? -1 : best.kind
}

function isAbove(a: Claim, b: Claim): boolean {
  return a.rank !== b.rank ? a.rank > b.rank : a.youngest > b.youngest
}

/** Since when, at most, the key is of a kind; -1 where nothing says so. */
export function rankOf(cell: KeyCell, kind: Kind): number {
  let rank = -1
  const { base } = cell
  if (base?.kind === kind) rank = base.stamp
  for (const { kind: made, stamp } of cell.made) if (made === kind) rank = Math.max(rank, stamp)
  return rank
}

/** Stamp of the youngest part of a kind that counts, -1 where it holds nothing. */
function youngestOf(cell: KeyCell, kind: Kind): number {
  const base = cell.base?.stamp ?? 0
  if (kind === kinds.string) {
    const given = cell.base?.kind === kinds.string ? cell.base.stamp : -1
    return Math.max(given, cell.deltas[cell.deltas.length - 1]?.stamp ?? -1)
  }
  const entries = cell.elements[kind]
  if (entries === null || entries === undefined) return -1
  // A stream is there as long as its head is.
  if (kind === kinds.stream) return youngestIn(entries.get(headName), base)
  let youngest = -1
  let isStable = false
  for (const entry of entries.values()) {
    const stamp = youngestIn(entry, base)
    if (stamp > youngest) youngest = stamp
    if (stamp === 0) isStable = true
  }
  return isStable ? Math.max(youngest, cell.rest) : youngest
}

function youngestIn(entry: Entry | undefined, base: number): number {
  if (entry === undefined) return -1
  if (typeof entry === 'number') return entry
  let youngest = entry.deltas[entry.deltas.length - 1]?.stamp ?? -1
  for (const { stamp, isWhole } of entry.dots) {
    if (!isWhole || stamp === base) youngest = Math.max(youngest, stamp)
  }
  return youngest
}

/** Makes what clients see of a key what its cell, in which every entry is whole, says. */
export function rebuild(
  effects: Effects,
  key: string,
  { cell, count }: { readonly cell: KeyCell; readonly count: Saturation },
): void {
  const kind = kindOfCell(cell)
  if (kind < 0) {
    effects.remove(key, 'del')
    return
  }
  effects.put(key, valueOfCell(effects, kind, { cell, count }), events[kind] ?? 'set')
  const until = timeOf(cell.times)
  if (until >= 0) effects.expire(key, until, 'expire')
}

function valueOfCell(
  effects: Effects,
  kind: Kind,
  { cell, count }: { readonly cell: KeyCell; readonly count: Saturation },
): Value {
  if (kind === kinds.string) {
    const text = cell.base?.kind === kinds.string ? cell.base.text : '0'
    return addTo(text, cell.deltas, count)
  }
  const value = makeValue(kind)
  const target = { effects, key: '', value }
  const base = cell.base?.stamp ?? 0
  for (const [name, entry] of inOrder(kind, cell.elements[kind] ?? new Map<string, Entry>())) {
    if (!(entry instanceof ElementCell)) continue
    const payload = resolve(kind, name, { cell: entry, base, count })
    if (payload === undefined) continue
    writeElement(target, name, payload)
    if (kind === kinds.hash) setTimeOfElement(target, name, timeOf(entry.times))
  }
  return value
}

/** Entries before groups, and those before what hangs on them: names say it. */
const streamOrder = 'ehgcp'

function inOrder(
  kind: Kind,
  entries: ReadonlyMap<string, Entry>,
): Iterable<readonly [string, Entry]> {
  if (kind !== kinds.stream) return entries
  const rank = (name: string): number => streamOrder.indexOf(name[0] ?? '')
  return [...entries].sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
}
