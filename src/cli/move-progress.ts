// How far moves of slots are: each member knows that of the groups that it leads, so whoever leads is asked, too.

import { QuorateError } from '../base/errors.js'
import type { ClientOptions } from './arguments.js'
import { addressed, askMember } from './member-client.js'
import { type StatusRow, writeTable } from './status.js'

interface Progress {
  readonly keyspace: string
  readonly leader: number | null
  readonly moving: string
  /** Only where the member that was asked drives it. */
  readonly keysTotal?: number
}

export type MoveRow = StatusRow & {
  readonly now?: readonly string[]
  readonly progress?: readonly Progress[]
}

/** What the leaders say in place of what `options`' member does; those that cannot be asked are left out. */
export async function withProgress(
  options: ClientOptions,
  of: { readonly moves: readonly MoveRow[]; readonly members: readonly StatusRow[] },
): Promise<readonly MoveRow[]> {
  const known = of.moves.flatMap(({ progress = [] }) => progress)
  const leaders = new Set(
    known.filter(({ keysTotal }) => keysTotal === undefined).map(({ leader }) => leader),
  )
  const told: MoveRow[] = []
  for (const { id, address } of of.members) {
    if (typeof address !== 'string' || !leaders.has(Number(id))) continue
    told.push(...(await movesAt(addressed(options, address))))
  }
  return of.moves.map((move) => {
    const others = told
      .filter(({ id }) => id === move['id'])
      .flatMap(({ progress = [] }) => progress)
    const progress = (move.progress ?? []).map((own) => {
      const isSame = (each: Progress): boolean =>
        each.keyspace === own.keyspace && each.keysTotal !== undefined
      return isSame(own) ? own : (others.find(isSame) ?? own)
    })
    const now = progress
      .filter(({ moving }) => moving !== '')
      .map(({ keyspace, moving }) => `${keyspace}: ${moving}`)
    return { ...move, ...(move.progress === undefined ? {} : { now, progress }) }
  })
}

async function movesAt(options: ClientOptions): Promise<readonly MoveRow[]> {
  try {
    const report: unknown = JSON.parse(String(await askMember(options, 'QUORATE', 'TOPOLOGY')))
    const isRight = typeof report === 'object' && report !== null && 'moves' in report
    return isRight && Array.isArray(report.moves) ? report.moves : []
  } catch (error) {
    if (error instanceof QuorateError) return []
    throw error
  }
}

/** What is in `progress` stands in `now` in words. */
export function describeMoves(moves: readonly MoveRow[]): string {
  return writeTable(moves.map(({ id: _, progress: __, ...move }) => move))
}
