// A fake disk: what a store keeps of the batches of a strategy, with the checks a store makes.

import {
  chainEntry,
  type Hash64,
  hashEquals,
  hashZero,
  type LogEntry,
  type Position,
  positionZero,
  type StoreBatch,
} from 'quorate/plugin'

export interface Image {
  state: Uint8Array | null
  entries: LogEntry[]
  /** Position before entries[0], and the chain there. */
  at: Position
  chain: Hash64
}

export function emptyImage(): Image {
  return { state: null, entries: [], at: positionZero, chain: hashZero }
}

export function copy(image: Image): Image {
  return { ...image, entries: [...image.entries] }
}

/**
 * The engine was loaded from a checkpoint at `at`. A log that ends before it, begins behind it, or holds another history
 * there, goes: a snapshot was installed, perhaps of a new era, and the member stopped before its log was reset.
 */
export function continueFrom(disk: Image, at: Position, chain: Hash64): void {
  const last = disk.entries.at(-1)?.index ?? disk.at.index
  const isAcross = disk.at.index <= at.index && last >= at.index
  if (isAcross && hashEquals(chainOf(disk, at.index), chain)) return
  disk.entries = []
  disk.at = at
  disk.chain = chain
}

/** What the store does with a batch: truncate, append, cut, reset; the chain must fit. */
export function store(disk: Image, batch: StoreBatch): void {
  if (batch.state !== null) disk.state = batch.state
  if (batch.reset !== null) {
    disk.entries = []
    disk.at = batch.reset.at
    disk.chain = batch.reset.chain
  }
  const first = batch.entries[0]
  if (first !== undefined) {
    disk.entries = disk.entries.filter((entry) => entry.index < first.index)
    const last = disk.entries[disk.entries.length - 1]?.index ?? disk.at.index
    if (first.index !== last + 1)
      throw new Error(`the store has a gap: ${last} then ${first.index}`)
    if (!hashEquals(chainOf(disk), batch.chainBefore))
      throw new Error('the store has another chain')
    disk.entries.push(...batch.entries)
  }
  if (batch.cutTo === null) return
  const { cutTo } = batch
  for (const entry of disk.entries) {
    if (entry.index > cutTo) break
    disk.chain = chainEntry(disk.chain, entry, entry.payload.bytes())
    disk.at = { term: entry.term, index: entry.index }
  }
  disk.entries = disk.entries.filter((entry) => entry.index > cutTo)
}

/** Behind the last entry, or behind the one at an index. */
function chainOf(disk: Image, index = Number.POSITIVE_INFINITY): Hash64 {
  let { chain } = disk
  for (const entry of disk.entries) {
    if (entry.index > index) break
    chain = chainEntry(chain, entry, entry.payload.bytes())
  }
  return chain
}
