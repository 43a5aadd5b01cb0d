// What a chaos campaign found, per kind of fault, and the table that shows it.

import type { Verdict } from '../e2e/workload.js'

export const faultKinds = ['kill', 'all', 'stop', 'partition'] as const
export type FaultKind = (typeof faultKinds)[number]

/** How often each kind is to happen. */
export type Plan = Readonly<Record<FaultKind, number>>

/** What one kind of fault did. */
export interface Tally {
  readonly kind: FaultKind
  faults: number
  acknowledged: number
  unknown: number
  refused: number
  lost: number
  doubled: number
  /** Per fault and surviving member: milliseconds without an acknowledged write. */
  readonly gapsMs: number[]
  readonly examples: string[]
}

export function makeTally(kind: FaultKind): Tally {
  const counts = { faults: 0, acknowledged: 0, unknown: 0, refused: 0, lost: 0, doubled: 0 }
  return { kind, ...counts, gapsMs: [], examples: [] }
}

export function addVerdict(tally: Tally, verdict: Verdict): void {
  tally.acknowledged += verdict.acknowledged
  tally.unknown += verdict.unknown
  tally.refused += verdict.refused
  tally.lost += verdict.lost
  tally.doubled += verdict.doubled
  tally.examples.push(...verdict.faults)
}

/** The kinds spread evenly over a campaign. */
export function spread(plan: Plan): readonly FaultKind[] {
  const places = faultKinds.flatMap((kind) =>
    Array.from({ length: plan[kind] }, (_, i) => ({ kind, at: (i + 0.5) / plan[kind] })),
  )
  return places.toSorted((a, b) => a.at - b.at).map((each) => each.kind)
}

/** The value below which `share` of the values lie; NaN for none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** The table that `make chaos` prints. */
export function describeTallies(tallies: readonly Tally[]): string {
  const head = ['fault', 'times', 'acknowledged', 'unknown', 'refused', 'lost', 'doubled']
  const rows = [[...head, 'median ms', 'p99 ms', 'max ms']]
  for (const tally of tallies) {
    const { kind, faults, acknowledged, unknown, refused, lost, doubled } = tally
    const counts = [faults, acknowledged, unknown, refused, lost, doubled].map(String)
    const gaps = [0.5, 0.99, 1].map((share) => percentile(tally.gapsMs, share))
    rows.push([kind, ...counts, ...gaps.map((gap) => (Number.isNaN(gap) ? '-' : gap.toFixed(0)))])
  }
  return rows.map((row) => row.map((cell) => cell.padStart(12)).join(' ')).join('\n')
}
