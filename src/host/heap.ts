// How much data fits into a heap, and how large a heap data needs. Beside the data a heap holds the
// program, what is on its way, the tails of the logs, and while a checkpoint is made what was
// overwritten meanwhile; and a collector that finds no room ends the process.

import { totalmem } from 'node:os'
import { limits, tailShare } from '../api/limits.js'

const mib = 1024 * 1024
/** Of the program and what is on its way. */
const ownBytes = 192 * mib
/** V8's own largest semi-space. */
const youngDefault = 16 * mib
/** Heap for each byte of data. */
const share = 1.4
/** Where what is left by the above is less: a small member for trials. */
const leastShare = 4

/** Bytes of data that a member with so many groups may hold. */
export function dataBytesOf(heapBytes: number, groups: number): number {
  const left = (heapBytes - ownBytes - tailsOf(groups)) / share
  return Math.floor(Math.max(left, heapBytes / leastShare))
}

/** What of a heap's limit is its old space: V8 counts three young semi-spaces into the limit. */
export function oldSpaceBytes(limitBytes: number, flags: string): number {
  const young = /--max-semi-space-size=(\d+)/.exec(flags)?.[1]
  return limitBytes - 3 * (young === undefined ? youngDefault : Number(young) * mib)
}

/** Bytes of heap for a member with so much data. */
export function heapBytesFor(dataBytes: number, groups: number): number {
  return Math.ceil(dataBytes * share) + ownBytes + tailsOf(groups)
}

/** Bytes of the tails of all logs. */
function tailsOf(groups: number): number {
  return groups * tailShare(limits.tailBytesMax, groups)
}

/** What this machine, or the container that it is for us, has. */
export function machineBytes(): number {
  const constrained = process.constrainedMemory()
  const total = totalmem()
  return constrained > 0 ? Math.min(constrained, total) : total
}
