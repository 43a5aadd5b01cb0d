// Flat one-byte strings. V8 joins and cuts strings lazily (ropes and slices), which would keep their
// parents alive and make memory a matter of history: what is stored goes through a buffer instead.

import { Buffer } from 'node:buffer'

let scratch = Buffer.allocUnsafeSlow(64 * 1024)
/** Above this the scratch buffer is given back after use. */
const scratchBytesMax = 1024 * 1024

/** `head` (cut or filled with zero bytes to `offset`), `middle`, then what of `head` lies behind both. */
export function overwrite(head: string, offset: number, middle: string): string {
  const length = Math.max(head.length, offset + middle.length)
  if (length > scratch.length) scratch = Buffer.allocUnsafeSlow(length)
  scratch.latin1Write(head, 0, head.length)
  if (offset > head.length) scratch.fill(0, head.length, offset)
  scratch.latin1Write(middle, offset, middle.length)
  const made = scratch.latin1Slice(0, length)
  if (scratch.length > scratchBytesMax) scratch = Buffer.allocUnsafeSlow(64 * 1024)
  return made
}
