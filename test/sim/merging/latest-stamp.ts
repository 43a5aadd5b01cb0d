// How far ahead of all clocks a stamp may be. Groups of a keyspace share a clock, so that counts which any of them had.

import type { MergingSeat } from './seat.js'

/** What a run may begin above the last one's stamps, milliseconds: stamps are reserved that far ahead. */
const reservedMs = 10_100

/** In milliseconds of the wall clock, of all groups. */
export function latestStamp(
  groups: readonly { readonly wall: number; readonly seats: readonly MergingSeat[] }[],
): number {
  const wall = Math.max(...groups.map((each) => each.wall))
  const seats = groups[0]?.seats ?? []
  const starts = seats.map((_, at) =>
    Math.max(...groups.map((each) => each.seats[at]?.starts ?? 0)),
  )
  return wall + starts.reduce((sum, count) => sum + count, 0) * reservedMs
}
