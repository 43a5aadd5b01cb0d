// What a member counts of its own doing, for its status.

export interface Counters {
  made: number
  received: number
  duplicates: number
  refusedAhead: number
  malformed: number
  gaps: number
  wants: number
  relayed: number
  resent: number
  fetches: number
  snapshotsSent: number
  snapshotsInstalled: number
  repairs: number
  /** Slots that other members compared for this one, and those that differed here when it did that for others. */
  compared: number
  differing: number
  incarnations: number
}

export function makeCounters(): Counters {
  return {
    made: 0,
    received: 0,
    duplicates: 0,
    refusedAhead: 0,
    malformed: 0,
    gaps: 0,
    wants: 0,
    relayed: 0,
    resent: 0,
    fetches: 0,
    snapshotsSent: 0,
    snapshotsInstalled: 0,
    repairs: 0,
    compared: 0,
    differing: 0,
    incarnations: 0,
  }
}
