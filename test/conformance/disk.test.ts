// The disk of the worlds of one total order.

import test from 'ava'
import { chainEntry, type Hash64, hashZero, type LogEntry, payloadOf } from 'quorate/plugin'
import { continueFrom, emptyImage, type Image, store } from './total/disk.js'

function logOf(terms: readonly number[]): { readonly disk: Image; readonly chains: Hash64[] } {
  const disk = emptyImage()
  const chains = [hashZero]
  terms.forEach((term, at) => {
    const entry: LogEntry = { term, index: at + 1, payload: payloadOf(Uint8Array.of(at)) }
    disk.entries.push(entry)
    chains.push(chainEntry(chains[at] as Hash64, entry, entry.payload.bytes()))
  })
  return { disk, chains }
}

const nothing = { state: null, voteTerm: 0, entries: [], chainBefore: hashZero, reset: null }
const other = logOf([1, 2]).chains[2] as Hash64

for (const [name, index, isOther, left] of [
  ['one that it leads up to: stays', 2, false, [1, 2, 3]],
  ['one behind its end: goes', 4, false, []],
  ['one before its base, as a snapshot of a new era went back: goes', 0, false, []],
  ['one of another history, as a snapshot was installed and the log not reset: goes', 2, true, []],
] as const)
  test(`test world: a log beside a checkpoint, ${name}`, (t) => {
    const { disk, chains } = logOf([1, 1, 1])
    if (index === 0) store(disk, { ...nothing, cutTo: 1 })
    const chain = isOther ? other : (chains[index] ?? hashZero)

    continueFrom(disk, { term: isOther ? 2 : 1, index }, chain)

    t.deepEqual(
      disk.entries.map((entry) => entry.index),
      left,
    )
    t.is(disk.at.index, left.length === 0 ? index : 0)
  })
