// What a member counts of itself.

/** Counters, one per thing that the simulator wants to see happen. */
export interface Counters {
  elections: number
  notifications: number
  epochs: number
  abdications: number
  truncations: number
  conflicts: number
  snapshotsSent: number
  snapshotsInstalled: number
  transfers: number
  readRounds: number
  recoveries: number
  fetches: number
  malformed: number
  eras: number
  /** Messages that no legal member sends (ZB9). */
  illegal: number
  memberChanges: number
}

export function emptyCounters(): Counters {
  return {
    elections: 0,
    notifications: 0,
    epochs: 0,
    abdications: 0,
    truncations: 0,
    conflicts: 0,
    snapshotsSent: 0,
    snapshotsInstalled: 0,
    transfers: 0,
    readRounds: 0,
    recoveries: 0,
    fetches: 0,
    malformed: 0,
    eras: 0,
    illegal: 0,
    memberChanges: 0,
  }
}
