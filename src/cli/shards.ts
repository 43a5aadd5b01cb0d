// `quorate shard`: shard groups come and go. The members do it by themselves, whether anybody watches or not.

import { setTimeout as sleep } from 'node:timers/promises'
import { askMember } from './member-client.js'
import { planned, secondsOf } from './members.js'
import { type MoveOptions, rebalance, watch } from './moves.js'
import { type StatusRow, writeTable } from './status.js'
import { describeStaying, readTopology, readTopologyOfAny } from './topology.js'

export interface NewShard extends MoveOptions {
  readonly weight?: string
  readonly members?: string
  readonly rebalance?: boolean
}

interface Changed {
  readonly shards: readonly StatusRow[]
  readonly moves: readonly StatusRow[]
  readonly staying?: readonly string[]
  /** Of a group that would be added: what would follow. */
  readonly rebalance?: readonly StatusRow[]
}

/** Milliseconds between two looks. */
const lookMs = 500

/** With `rebalance` it gets its share of the slots at once. */
export async function addShard(options: NewShard): Promise<number> {
  const { weight, members } = options
  const words = [
    ...(weight === undefined ? [] : ['WEIGHT', weight]),
    ...(members === undefined ? [] : ['MEMBERS', ...members.split(',')]),
  ]
  await change(options, ['ADD', ...words])
  return options.rebalance === true && options.dryRun !== true ? rebalance(options) : 0
}

/** Until it is gone, as long as is to be watched. */
export async function removeShard(id: string, options: MoveOptions): Promise<number> {
  await change(options, ['REMOVE', id])
  if (options.dryRun === true) return 0
  const until = Date.now() + secondsOf(options.wait) * 1_000
  let { members } = await readTopology(options)
  if ((await watch(options, undefined, members)) !== 0) return 1
  do {
    const { topology } = await readTopologyOfAny(options, members)
    members = topology.members
    const shard = topology.shards.find((each) => String(each['id']) === id)
    if (shard === undefined || shard['out'] === 'gone') return 0
    if (shard['out'] === undefined)
      return fault(
        `somebody ended that: shard group ${id} stays, with ${String(shard['slots'])} slots`,
      )
    await sleep(lookMs)
  } while (Date.now() < until)
  return fault(`shard group ${id} is not gone yet; what was begun goes on`)
}

function fault(sentence: string): number {
  process.stderr.write(`quorate: ${sentence}\n`)
  return 1
}

async function change(options: NewShard, words: readonly string[]): Promise<void> {
  secondsOf(options.wait)
  const dry = options.dryRun === true ? ['DRYRUN'] : []
  const answer = await askMember(options, 'QUORATE', 'SHARD', ...words, ...dry)
  if (options.json === true) return print(String(answer))
  const made: Changed = JSON.parse(String(answer))
  if (options.dryRun === true) print(planned)
  print(writeTable(made.shards))
  if (options.rebalance === true && made.rebalance !== undefined)
    print(made.rebalance.length === 0 ? 'no slot has to move' : writeTable(made.rebalance))
  if (made.moves.length > 0) print(writeTable(made.moves))
  if (made.staying !== undefined) print(describeStaying(made.staying))
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
