// What was measured, as a table in Markdown.

import type { Case } from './contests.js'
import type { CaseResult, ContestResult, Figure, OpenResult } from './measure.js'

/** How one bar came out. */
export interface Verdict {
  readonly isMet: boolean
  /** As `0.98, bar 0.95`. */
  readonly text: string
}

export function verdictsOf({ case: of, ours, theirs }: CaseResult): readonly Verdict[] {
  const made: Verdict[] = []
  const note = (name: string, ratio: number, bar: string, isMet: boolean): void => {
    made.push({ isMet, text: `${name}${ratio.toFixed(2)} (bar ${bar})${isMet ? '' : ', missed'}` })
  }
  const rate = ours.perSecond / theirs.perSecond
  const { least, p50Most, p99Most } = of
  if (least !== undefined) note('', rate, `${least}`, rate >= least)
  for (const [name, most] of [
    ['p50Ms', p50Most],
    ['p99Ms', p99Most],
  ] as const) {
    const ratio = ours[name] / theirs[name]
    if (most !== undefined) note(`${name.slice(0, 3)} `, ratio, `${most}`, ratio <= most)
  }
  return made
}

export function nameCase({ operation, clients, depth }: Case): string {
  const pipeline = depth === 1 ? '' : `, pipeline ${depth}`
  return `${operation.toUpperCase()}${pipeline}${clients === 1 ? ', one client' : ''}`
}

const latencyHead = ['a second', 'p50 ms', 'p99 ms', 'p99.9 ms', 'CPU us']

export function describeContest(result: ContestResult): string {
  const { title, cases, open, ours, theirs } = result
  const parts = [`## ${title}`]
  if (cases.length > 0) {
    const rows = cases.flatMap((each) => {
      const ratio = `${(each.ours.perSecond / each.theirs.perSecond).toFixed(2)}`
      const verdicts = verdictsOf(each).map(({ text }) => text)
      return [
        [nameCase(each.case), ours, ...cells(each.ours), verdicts.join('; ') || ratio],
        ['', theirs, ...cells(each.theirs), ''],
      ]
    })
    parts.push(table(['', '', ...latencyHead, 'ratio'], rows))
  }
  if (open.length > 0) parts.push(describeOpen(result, open))
  return parts.join('\n\n')
}

function describeOpen({ ours, theirs }: ContestResult, open: readonly OpenResult[]): string {
  const rows = open.flatMap((each) => [
    [`${each.rate}`, ours, ...cells(each.ours)],
    ['', theirs, ...cells(each.theirs)],
  ])
  const head = ['SETs a second asked for', '', ...latencyHead]
  return `Open loop: requests come at a fixed rate, and each counts from when it was due.\n\n${table(head, rows)}`
}

function cells({ perSecond, p50Ms, p99Ms, p999Ms, cpuUs }: Figure): string[] {
  return [perSecond.toFixed(0), ...[p50Ms, p99Ms, p999Ms].map(digits), cpuUs.toFixed(1)]
}

function digits(ms: number): string {
  return ms.toFixed(ms < 10 ? 2 : 0)
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (row: readonly string[]): string => `| ${row.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
