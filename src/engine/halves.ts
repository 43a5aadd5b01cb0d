// The way back from a split or a merge of segments: the keys are where they were, and so are the items
// of the expiry heap, which may have been made anew meanwhile.

import type { ExpiryItem } from './expiry.js'
import { keyBytes } from './memory.js'
import type { Segment } from './segment.js'

/** `right` stands again, whose keys had been added to `left` behind its own. */
export function takeBack(left: Segment, right: Segment): void {
  right.expires = null
  for (const [key, value] of right.map) {
    left.map.delete(key)
    left.bytes -= keyBytes(key, value)
    const item = left.expires?.get(key)
    if (item === undefined) continue
    left.expires?.delete(key)
    if (right.expires === null) right.expires = new Map()
    right.expires.set(key, item)
  }
  if (left.expires?.size === 0) left.expires = null
}

/** `whole` stands again in the place of `halves`. */
export function takeTimes(whole: Segment, halves: readonly Segment[]): void {
  const items = new Map<string, ExpiryItem>()
  for (const half of halves) for (const [key, item] of half.expires ?? []) items.set(key, item)
  whole.expires = items.size === 0 ? null : items
}

/** A container that changed since is still to be restored: the segment's bytes are what it has now. */
export function recount(segment: Segment): void {
  segment.bytes = 0
  for (const [key, value] of segment.map) segment.bytes += keyBytes(key, value)
}
