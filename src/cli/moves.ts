// `quorate move` and `quorate rebalance`: slots go to other shard groups. The members do it by themselves, whether
// anybody watches or not.

import { setTimeout as sleep } from 'node:timers/promises'
import { QuorateError } from '../base/errors.js'
import type { ClientOptions } from './arguments.js'
import { askMember } from './member-client.js'
import { planned as aPlan, secondsOf } from './members.js'
import { describeMoves, type MoveRow } from './move-progress.js'
import { type StatusRow, writeTable } from './status.js'
import { readTopologyOfAny } from './topology.js'

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
  const planned = await plan(options, [...words, ...dry])
  if (options.json === true) print(JSON.stringify({ planned }))
  else if (planned.length === 0) print('no slot has to move')
  else print(`${options.dryRun === true ? `${aPlan}\n` : ''}${writeTable(planned)}`)
  return options.dryRun === true || planned.length === 0 ? 0 : watch(options, words)
}

async function plan(options: ClientOptions, words: readonly string[]): Promise<StatusRow[]> {
  return JSON.parse(String(await askMember(options, 'QUORATE', ...words)))
}

/** Until nothing is on its way; somebody may have cancelled what `asked` for by then. */
export async function watch(
  options: MoveOptions,
  asked?: readonly string[],
  known: readonly StatusRow[] = [],
): Promise<number> {
  const until = Date.now() + secondsOf(options.wait) * 1_000
  let said = ''
  let members = known
  for (;;) {
    // The member that was asked may be gone before the move is done.
    const { topology, at } = await readTopologyOfAny(options, members)
    const { moves = [] } = topology
    members = topology.members
    const line = options.json === true ? JSON.stringify({ moves }) : describe(moves)
    if (line !== said) print(line)
    said = line
    if (moves.length === 0) return asked === undefined ? 0 : checkDone(at, asked)
    if (!(Date.now() < until)) {
      process.stderr.write('quorate: slots are still on their way; what was begun goes on\n')
      return 1
    }
    await sleep(lookMs)
  }
}

/** Where the move was ended early there is still something to do. */
async function checkDone(at: ClientOptions, asked: readonly string[]): Promise<number> {
  const left = (await plan(at, [...asked, 'DRYRUN'])).map(({ count }) => Number(count))
  if (left.length === 0) return 0
  const sum = left.reduce((all, count) => all + count, 0)
  process.stderr.write(`quorate: the move was ended before it was done: slots left: ${sum}\n`)
  return 1
}

function describe(moves: readonly MoveRow[]): string {
  if (moves.length === 0) return 'nothing is on its way'
  return describeMoves(moves)
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
