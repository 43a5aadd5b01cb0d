// A batch of seeds: runs them one after the other, adds up what they met, and says whether the batch is
// good: no violation, every coverage mark met, and a median seed that did real work.

import type { RunResult } from './run.js'
import { writeNames } from './surface.js'

/** What a batch of at least `marksNeedSeeds` seeds must have met at least once. */
export const requiredMarks: readonly string[] = [
  'elections',
  'campaigns',
  'truncations',
  'checkpoints',
  'log-cuts',
  'snapshot-installs',
  'snapshots-sent',
  'recoveries',
  'unclean-starts',
  'eras',
  'eras-joined',
  'eras-with-loss',
  'later-engines',
  'refilled-members',
  'unknown-results',
  'refused-requests',
  'dropped-unknown',
  'read-grants',
  'digests-compared',
  'keys-evicted',
  'keys-expired',
  'blocked-pops',
  'blocked-moves',
  'group-reads',
  'exchanges',
  'scripts',
  'trespasses',
  'clean-stops',
  'stops',
  'liveness-phases',
]
export const marksNeedSeeds = 200

const mergingMarks: readonly string[] = [
  'merged',
  'merged-in-part',
  'repairs',
  'slots-merged',
  'fetched',
  'checkpoints',
  'log-cuts',
  'snapshot-installs',
  'snapshots-sent',
  'recoveries',
  'unclean-starts',
  'starts-with-loss',
  'eventual.recovered',
  'refilled-members',
  'unknown-results',
  'refused-requests',
  'later-engines',
  'digests-compared',
  'elements-taken',
  'taken-twice',
  'all-taken',
  'counters-reset',
  'pairs-read',
  'merged-reads',
  'waited-for-anti-entropy',
  'keys-evicted',
  'keys-expired',
  'blocked-pops',
  'scripts',
  'clean-stops',
  'stops',
  'liveness-phases',
]

const strategyMarks: Readonly<Record<string, readonly string[]>> = {
  raft: [...requiredMarks, 'raft.transfer', 'raft.vote-refused'],
  zab: [
    ...requiredMarks,
    'zab.transfer',
    'zab.abdicated',
    'zab.established',
    'zab.refilled',
    'zab.snapshot-needed',
  ],
  eventual: mergingMarks,
  /** The level, over several groups: sessions that move, wait, are refused for being behind, begin anew. */
  causal: [
    ...mergingMarks,
    'session-operations',
    'tokens-moved',
    'tokens-awaited',
    'sessions-behind',
    'sessions-anew',
    'sessions-served',
    'served-with-causes',
  ],
}

export class Batch {
  seeds = 0
  turns = 0
  microseconds = 0
  readonly marks = new Map<string, number>()
  readonly faults = new Map<string, number>()
  /** Writing commands of the whole set by name: how often sent, and done without an error. */
  readonly writes = new Map(writeNames.map((name) => [name, { sent: 0, done: 0 }]))
  readonly outcomes = { executed: 0, refused: 0, unknown: 0 }
  readonly #operations: number[] = []
  readonly #kinds: number[] = []
  readonly #changes: number[] = []

  add(result: RunResult): void {
    this.seeds++
    this.turns += result.turns
    this.microseconds += result.us
    addAll(this.marks, result.marks)
    addAll(this.faults, result.faults)
    for (const [name, { sent, done }] of result.commands) {
      const sum = this.writes.get(name)
      if (sum === undefined) continue
      sum.sent += sent
      sum.done += done
    }
    this.outcomes.executed += result.outcomes.executed
    this.outcomes.refused += result.outcomes.refused
    this.outcomes.unknown += result.outcomes.unknown
    this.#operations.push(result.outcomes.executed)
    this.#kinds.push(result.faults.size)
    this.#changes.push(result.leaderChanges)
  }

  get medians(): {
    readonly operations: number
    readonly faultKinds: number
    readonly leaderChanges: number
  } {
    return {
      operations: median(this.#operations),
      faultKinds: median(this.#kinds),
      leaderChanges: median(this.#changes),
    }
  }

  /** Marks that no seed met; of the level `causal` by its name. */
  missingMarks(strategy = 'raft'): readonly string[] {
    return (strategyMarks[strategy] ?? []).filter((name) => (this.marks.get(name) ?? 0) === 0)
  }

  /** Writing commands that were never done without an error. */
  get undone(): readonly string[] {
    return [...this.writes].filter(([, { done }]) => done === 0).map(([name]) => name)
  }

  /** Readable figures, line by line. */
  lines(): readonly string[] {
    const { operations, faultKinds, leaderChanges } = this.medians
    const { executed, refused, unknown } = this.outcomes
    const virtual = Math.round(this.microseconds / 1_000_000)
    return [
      `${this.seeds} seeds, ${this.turns} turns, ${virtual} simulated seconds`,
      `operations: ${executed} executed, ${refused} refused, ${unknown} unknown`,
      `median seed: ${operations} operations, ${faultKinds} kinds of fault, ${leaderChanges} leader changes`,
      `faults: ${list(this.faults)}`,
      `marks: ${list(this.marks)}`,
      `writing commands: ${sumOf(this.writes)}; never done: ${this.undone.join(', ') || 'none'}`,
    ]
  }
}

function addAll(sum: Map<string, number>, more: ReadonlyMap<string, number>): void {
  for (const [name, count] of more) sum.set(name, (sum.get(name) ?? 0) + count)
}

function sumOf(
  counts: ReadonlyMap<string, { readonly sent: number; readonly done: number }>,
): string {
  const [sent, done] = [...counts.values()].reduce(
    ([a, b], { sent, done }) => [a + sent, b + done],
    [0, 0] as [number, number],
  )
  return `${counts.size} names, ${sent} sent, ${done} done without an error`
}

function list(counts: ReadonlyMap<string, number>): string {
  const names = [...counts.keys()].sort((a, b) => (a < b ? -1 : 1))
  return names.map((name) => `${name} ${counts.get(name) ?? 0}`).join(', ')
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? 0
}
