// A place in a totally ordered history. Raft's (term, index), Zab's zxid and a Paxos (ballot, slot) all fit.

/** Orders by term, then index, within one era. Index 0 is before the first entry. */
export interface Position {
  readonly term: number
  readonly index: number
}

export const positionZero: Position = { term: 0, index: 0 }

/** Negative when `a` comes first, 0 when equal. */
export function comparePositions(a: Position, b: Position): number {
  return a.term === b.term ? a.index - b.index : a.term - b.term
}
