// Reads what a run of Redis' test suite printed. Pure: `main.ts` feeds it.

export interface UnitResult {
  readonly passed: number
  /** Titles of the cases that failed, with the reason. */
  readonly failed: readonly string[]
  /** Why the unit ended before its end, or null. */
  readonly broken: string | null
}

export function readResult(printed: string): UnitResult {
  const lines = printed.replaceAll(/\x1b\[[0-9;]*m/g, '').split('\n')
  const failed = lines.flatMap((line, i) =>
    line.startsWith('[err]') || line.startsWith('[exception]')
      ? [[line, lines[i + 1] ?? ''].join(' | ').slice(0, 300)]
      : [],
  )
  const isDone = lines.some((line) => /\[\d+\/\d+ done\]/.test(line))
  return {
    passed: lines.filter((line) => line.startsWith('[ok]')).length,
    failed,
    broken: isDone
      ? null
      : (lines.filter((line) => line.trim() !== '').at(-1) ?? 'nothing printed'),
  }
}
