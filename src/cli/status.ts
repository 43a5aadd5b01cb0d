// `quorate status`: what one member knows of the cluster, as a table for people or as JSON for programs.

import { QuorateError } from '../base/errors.js'
import { askMember } from './member-client.js'
import type { ClientOptions } from './arguments.js'

/** Prints the report; answers the exit code. */
export async function showStatus(
  options: ClientOptions & { readonly json?: boolean },
): Promise<number> {
  const report = await readStatus(options)
  const text = options.json === true ? JSON.stringify(report, null, 2) : describeStatus(report)
  process.stdout.write(`${text}\n`)
  return 0
}

/** The report of a member (conf/status.schema.json). */
export async function readStatus(options: ClientOptions): Promise<StatusReport> {
  const answer = await askMember(options, 'QUORATE', 'STATUS')
  const report: unknown = typeof answer === 'string' ? parseJson(answer) : null
  if (isReport(report)) return report
  throw new QuorateError(
    'MEMBER_UNREACHABLE',
    `member ${options.host}:${options.port}: its status cannot be read; is it a Quorate member?`,
  )
}

export type StatusRow = Readonly<Record<string, unknown>>

export interface StatusReport {
  readonly cluster: unknown
  readonly version: unknown
  readonly members: readonly StatusRow[]
  readonly keyspaces: readonly StatusRow[]
  readonly groups: readonly StatusRow[]
  readonly topology: StatusRow
  /** Why the member belongs to no cluster yet, or empty. */
  readonly why?: unknown
}

/** A table of the members and one of the groups. */
export function describeStatus(report: StatusReport): string {
  const parts = [`cluster ${show(report.cluster)}`, writeTable(report.members)]
  parts.push(
    writeTable(report.keyspaces),
    writeTable(report.groups),
    `topology ${show(report.topology)}`,
  )
  if (report.why !== '' && report.why !== undefined) parts.push(show(report.why))
  return parts.join('\n\n')
}

/** Fields too wide for a table. */
const onlyInJson = ['counters', 'since', 'progress']

/** Aligned columns, one for each field that any row has. */
export function writeTable(rows: readonly StatusRow[]): string {
  const all = new Set(rows.flatMap((row) => Object.keys(row)))
  const fields = [...all].filter((field) => !onlyInJson.includes(field))
  const cells = [fields, ...rows.map((row) => fields.map((field) => show(row[field])))]
  const widths = fields.map((_, i) => Math.max(...cells.map((row) => row[i]?.length ?? 0)))
  return cells
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function show(value: unknown): string {
  if (value === null || value === undefined || value === '') return '-'
  if (typeof value !== 'object') return String(value)
  if (Array.isArray(value)) return value.map(show).join(' ')
  return Object.entries(value)
    .map(([name, inner]) => `${name}=${show(inner)}`)
    .join(' ')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function isReport(value: unknown): value is StatusReport {
  return (
    typeof value === 'object' &&
    value !== null &&
    'cluster' in value &&
    'members' in value &&
    'groups' in value &&
    Array.isArray(value.members) &&
    Array.isArray(value.groups)
  )
}
