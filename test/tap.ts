// Counts the results in TAP lines. Pure: `report.ts` feeds it.

export interface Tally {
  passed: number
  readonly failed: string[]
  readonly skipped: string[]
}

export function makeTally(): Tally {
  return { passed: 0, failed: [], skipped: [] }
}

/** Takes one line into the tally; answers what to show of it, null for nothing. */
export function countTap(tally: Tally, line: string): string | null {
  const match = /^(not ok|ok) \d+ - (.*?)(?: # (SKIP|TODO)\b.*)?$/.exec(line)
  if (match === null) return /^(?:TAP version|1\.\.|# (?:tests|pass|fail))/.test(line) ? null : line
  const title = match[2] ?? ''
  if (match[3] !== undefined) tally.skipped.push(title)
  else if (match[1] === 'ok') tally.passed++
  else tally.failed.push(title)
  return line
}
