// `quorate topology`: what must be the same at every member, as one member knows it; with --watch each change.

import { setTimeout as sleep } from 'node:timers/promises'
import { QuorateError } from '../base/errors.js'
import type { ClientOptions } from './arguments.js'
import { askAnyOf, askMember } from './member-client.js'
import { describeMoves, type MoveRow, withProgress } from './move-progress.js'
import { type StatusRow, writeTable } from './status.js'

export interface TopologyOptions extends ClientOptions {
  readonly json?: boolean
  readonly watch?: boolean
}

/** Milliseconds between two looks of --watch. */
const watchMs = 500

export interface TopologyReport {
  readonly epoch: number
  readonly members: readonly StatusRow[]
  readonly shards: readonly StatusRow[]
  readonly moves?: readonly MoveRow[]
  /** Keyspaces whose slots do not move. */
  readonly staying?: readonly string[]
  readonly settings: readonly (readonly [string, string])[]
  readonly users: readonly (readonly [string, string])[]
  readonly changes: readonly TopologyChange[]
}

interface TopologyChange {
  readonly epoch: number
  readonly at: number
  readonly by: number
  readonly what: string
}

/** Prints the topology; with `watch` every later change, until it is ended. Answers the exit code. */
export async function showTopology(options: TopologyOptions): Promise<number> {
  let known = await readTopology(options)
  print(options.json === true ? JSON.stringify(known, null, 2) : describe(known))
  while (options.watch === true) {
    await sleep(watchMs)
    const next = await readTopology(options)
    for (const change of next.changes) {
      if (change.epoch <= known.epoch) continue
      print(options.json === true ? JSON.stringify(change) : describeChange(change))
    }
    known = next
  }
  return 0
}

function describe(report: TopologyReport): string {
  const parts = [`epoch ${report.epoch}`, writeTable(report.members), writeTable(report.shards)]
  if ((report.moves ?? []).length > 0) parts.push(describeMoves(report.moves ?? []))
  if (report.staying !== undefined) parts.push(describeStaying(report.staying))
  const pairs = (name: string, list: readonly (readonly [string, string])[]): void => {
    if (list.length > 0) parts.push(writeTable(list.map(([of, value]) => ({ [name]: of, value }))))
  }
  pairs('setting', report.settings)
  pairs('user', report.users)
  if (report.changes.length > 0) parts.push(report.changes.map(describeChange).join('\n'))
  return parts.join('\n\n')
}

export function describeStaying(names: readonly string[]): string {
  return `slots of these keyspaces stay where they are: ${names.join(', ')}`
}

function describeChange({ epoch, at, by, what }: TopologyChange): string {
  return `${new Date(at).toISOString()}  epoch ${epoch}  by member ${by}: ${what}`
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

export async function readTopology(options: ClientOptions): Promise<TopologyReport> {
  const answer = await askMember(options, 'QUORATE', 'TOPOLOGY')
  const report: unknown = typeof answer === 'string' ? JSON.parse(answer) : null
  if (isReport(report)) {
    const { moves = [], members } = report
    return moves.length === 0
      ? report
      : { ...report, moves: await withProgress(options, { moves, members }) }
  }
  throw new QuorateError(
    'MEMBER_UNREACHABLE',
    `member ${options.host}:${options.port}: its topology cannot be read; is it a Quorate member?`,
  )
}

/** The same, of one of `others` where the member that is asked does not answer; and whom to ask on. */
export async function readTopologyOfAny(
  options: ClientOptions,
  others: readonly StatusRow[],
): Promise<{ readonly topology: TopologyReport; readonly at: ClientOptions }> {
  const addresses = others.map((each) => String(each['address']))
  const { answer, at } = await askAnyOf(options, addresses, readTopology)
  return { topology: answer, at }
}

function isReport(value: unknown): value is TopologyReport {
  return typeof value === 'object' && value !== null && 'epoch' in value && 'changes' in value
}
