// `quorate move` and `quorate rebalance`: slots go to other shard groups. The members do it by themselves, whether
// anybody watches or not.

import { setTimeout as sleep } from 'node:timers/promises'
import { QuorateError } from '../base/errors.js'
import type { ClientOptions } from './arguments.js'
import { askMember } from './member-client.js'
import { secondsOf } from './members.js'
import { describeMoves, type MoveRow } from './move-progress.js'
import { type StatusRow, writeTable } from './status.js'
import { readTopology } from './topology.js'

export interface MoveOptions extends ClientOptions {
  readonly slots?: string
  readonly to?: string
  readonly cancel?: boolean
  readonly dryRun?: boolean
  readonly json?: boolean
  /** Seconds to watch. */
  readonly wait: string
}

/** Milliseconds between two looks. */
const lookMs = 500

export async function move(options: MoveOptions): Promise<number> {
  const { slots, to } = options
  const isNamed = slots !== undefined && to !== undefined
  if (options.cancel === true ? slots !== undefined || to !== undefined : !isNamed) {
    throw new QuorateError('CONFIG_INVALID', 'quorate move: say --slots and --to, or --cancel')
  }
  secondsOf(options.wait)
  if (!isNamed) {
    await askMember(options, 'QUORATE', 'MOVE', 'CANCEL')
    return watch(options)
  }
  return change(options, ['MOVE', 'SLOTS', slots, 'TO', to])
}

export function rebalance(options: MoveOptions): Promise<number> {
  return change(options, ['REBALANCE'])
}

async function change(options: MoveOptions, words: readonly string[]): Promise<number> {
  secondsOf(options.wait)
  const dry = options.dryRun === true ? ['DRYRUN'] : []
  const answer = await askMember(options, 'QUORATE', ...words, ...dry)
  const planned: readonly StatusRow[] = JSON.parse(String(answer))
  if (options.json === true) print(JSON.stringify({ planned }))
  else print(planned.length === 0 ? 'no slot has to move' : writeTable(planned))
  return options.dryRun === true || planned.length === 0 ? 0 : watch(options)
}

/** Until nothing is on its way. */
export async function watch(options: MoveOptions): Promise<number> {
  const until = Date.now() + secondsOf(options.wait) * 1_000
  let said = ''
  for (;;) {
    const { moves = [] } = await readTopology(options)
    const line = options.json === true ? JSON.stringify({ moves }) : describe(moves)
    if (line !== said) print(line)
    said = line
    if (moves.length === 0) return 0
    if (!(Date.now() < until)) {
      process.stderr.write('quorate: slots are still on their way; what was begun goes on\n')
      return 1
    }
    await sleep(lookMs)
  }
}

function describe(moves: readonly MoveRow[]): string {
  if (moves.length === 0) return 'nothing is on its way'
  return describeMoves(moves)
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
