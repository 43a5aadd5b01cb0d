// What INFO, BGSAVE and LASTSAVE say of checkpoints, from the counters of the groups.

import type { RouterState } from './state.js'

/** Whether some group writes a checkpoint or is about to. */
export function isSaving(state: RouterState): boolean {
  return state.groups.some((group) => (group.report().counters['checkpoint_open'] ?? 0) > 0)
}

/** Wall milliseconds of the oldest of the last checkpoints of all groups that the member holds; the start counts as one. */
export function lastSavedAt(state: RouterState): number {
  const start = state.startedAt.wall
  const held = state.groups.filter(({ isRemote }) => isRemote !== true)
  if (held.length === 0) return start
  const times = held.map((group) => group.report().counters['checkpoint_time'] ?? 0)
  return times.reduce((least, at) => Math.min(least, Math.max(at, start)), Number.MAX_SAFE_INTEGER)
}
