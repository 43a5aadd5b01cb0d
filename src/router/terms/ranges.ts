// Ranges of stamps joined: ascending by seat and beginning, no two of a seat touch.

import type { StampRange } from '../../api/seen.js'

export function joinRanges(...lists: readonly (readonly StampRange[])[]): readonly StampRange[] {
  const all = lists.flat().sort((a, b) => a.seat - b.seat || a.after - b.after)
  const joined: StampRange[] = []
  for (const range of all) {
    const last = joined.at(-1)
    if (last === undefined || last.seat !== range.seat || last.upTo < range.after) {
      joined.push(range)
    } else if (last.upTo < range.upTo) joined[joined.length - 1] = { ...last, upTo: range.upTo }
  }
  return joined
}
