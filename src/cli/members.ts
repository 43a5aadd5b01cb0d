// `quorate join|remove|replace|transfer|plan`: members come and go. The change is made at once; the groups follow it
// by themselves, whether anybody watches or not.

import { setTimeout as sleep } from 'node:timers/promises'
import { QuorateError } from '../base/errors.js'
import type { ClientOptions } from './arguments.js'
import { addressed, askAnyOf, askMember } from './member-client.js'
import { describeMoves, type MoveRow, withProgress } from './move-progress.js'
import { readStatus, type StatusRow, writeTable } from './status.js'

export interface ChangeOptions extends ClientOptions {
  readonly dryRun?: boolean
  readonly json?: boolean
  readonly force?: boolean
  /** Seconds to watch. */
  readonly wait: string
}

export interface NewMember extends ChangeOptions {
  readonly id: string
  readonly client: string
  readonly name?: string
  readonly peer?: string
  readonly cluster?: string
  readonly empty?: boolean
  readonly shards?: string
}

/** What stands above what `--dry-run` shows. */
export const planned = 'a plan: nothing was changed'

/** Milliseconds between two looks. */
const lookMs = 300
/** Milliseconds after which what goes on is told again. */
const tellMs = 5_000

interface Plan {
  readonly epoch: number
  readonly settled: boolean
  readonly members: readonly (StatusRow & { readonly address: string; readonly state: string })[]
  readonly steps: readonly (StatusRow & {
    readonly lags: readonly StatusRow[]
    readonly awaited?: readonly number[]
  })[]
  readonly moves?: readonly MoveRow[]
}

export function join(options: NewMember): Promise<number> {
  return change(options, ['JOIN', ...wordsOf(options)])
}

export function replace(member: string, options: NewMember): Promise<number> {
  return change(options, ['REPLACE', member, ...wordsOf(options), ...forceOf(options)])
}

export function remove(member: string, options: ChangeOptions): Promise<number> {
  return change(options, ['REMOVE', member, ...forceOf(options)])
}

function forceOf({ force }: ChangeOptions): readonly string[] {
  return force === true ? ['FORCE'] : []
}

export async function showPlan(options: ClientOptions & { readonly json?: boolean }) {
  const asked = await ask(options, ['PLAN'])
  const { moves = [], members } = asked
  const plan = { ...asked, moves: await withProgress(options, { moves, members }) }
  print(options.json === true ? JSON.stringify(plan, null, 2) : describe(plan))
  return 0
}

/** All that `member` leads goes to another one; waits until it leads nothing. */
export async function transfer(
  member: string,
  options: ChangeOptions & { readonly to?: string },
): Promise<number> {
  const { members } = await readStatus(options)
  const from = members.find(({ id, name }) => name === member || String(id) === member)
  if (from === undefined) throw new QuorateError('CONFIG_INVALID', `there is no member ${member}`)
  const other = members.find(({ id, name }) => name === options.to || String(id) === options.to)
  if (options.to !== undefined && (other === undefined || other === from))
    throw new QuorateError('CONFIG_INVALID', `--to: given ${options.to}, allowed: another member`)
  const at = addressed(options, String(from['address']))
  const until = Date.now() + secondsOf(options.wait) * 1000
  for (;;) {
    const { groups } = await readStatus(at)
    const led = groups.filter(
      ({ leader, strategy }) => leader === from['id'] && strategy !== 'eventual',
    )
    const rows = led.map(({ id, keyspace, shard }) => ({ group: id, keyspace, shard }))
    const isAsked = rows.length > 0 && options.dryRun !== true && Date.now() < until
    const to = options.to === undefined ? [] : [options.to]
    // What it refuses stands alone.
    if (isAsked) await askMember(at, 'QUORATE', 'TRANSFER', ...to)
    if (options.json === true) print(JSON.stringify({ member: from['id'], leads: rows }))
    else print(rows.length === 0 ? `member ${member} leads nothing` : writeTable(rows))
    if (rows.length === 0 || options.dryRun === true) return 0
    if (!isAsked) return overdue(options)
    await sleep(lookMs)
  }
}

function wordsOf({ id, client, name, peer, cluster, empty, shards }: NewMember): string[] {
  const named = Object.entries({ NAME: name, PEER: peer, CLUSTER: cluster, SHARDS: shards })
  return [
    id,
    client,
    ...named.flatMap(([word, value]) => (value === undefined ? [] : [word, value])),
    ...(empty === true ? ['EMPTY'] : []),
  ]
}

async function change(options: ChangeOptions, words: readonly string[]): Promise<number> {
  const isDry = options.dryRun === true
  const until = Date.now() + secondsOf(options.wait) * 1000
  let plan = await ask(options, isDry ? [...words, 'DRYRUN'] : words)
  show(options, plan)
  if (isDry) return 0
  let shown = outline(plan)
  let shownAt = Date.now()
  while (!plan.settled) {
    if (Date.now() >= until) return overdue(options)
    await sleep(lookMs)
    plan = await askAny(options, plan)
    const next = outline(plan)
    if (next === shown && Date.now() - shownAt < tellMs) continue
    show(options, plan)
    shown = next
    shownAt = Date.now()
  }
  return 0
}

/** The member that was asked may be the one that goes. */
async function askAny(options: ClientOptions, last: Plan): Promise<Plan> {
  const addresses = last.members.map(({ address }) => address)
  try {
    return (await askAnyOf(options, addresses, (at) => ask(at, ['PLAN']))).answer
  } catch (error) {
    if (!(error instanceof QuorateError)) throw error
    return last
  }
}

function overdue(options: ChangeOptions): number {
  print(`not done after ${options.wait} s. It goes on; watch it with: quorate plan`)
  return 1
}

/** What `--wait` says. */
export function secondsOf(text: string): number {
  const seconds = Number(text)
  if (Number.isFinite(seconds) && seconds >= 0) return seconds
  throw new QuorateError('CONFIG_INVALID', `--wait: given ${text}, allowed: seconds`)
}

function show(options: ChangeOptions, plan: Plan): void {
  if (options.json === true) print(JSON.stringify(plan))
  else print(options.dryRun === true ? `${planned}\n\n${describe(plan, false)}` : describe(plan))
}

/** What is told at once where it changes; who lacks how much does all the time. */
function outline(plan: Plan): string {
  return describe({ ...plan, moves: [], steps: plan.steps.map((step) => ({ ...step, lags: [] })) })
}

function describe({ epoch, settled, members, steps, moves = [] }: Plan, isMade = true): string {
  const head = isMade ? [`epoch ${epoch}: ${settled ? 'done' : 'under way'}`] : []
  const parts = [...head, writeTable(members)]
  const rows = steps.map(({ id, keyspace, shard, add, promote, remove, isOpen, lags }) => {
    const behind = lags.filter(({ entries, active }) => entries !== 0 || active !== true)
    const lacks = behind.map(({ member, entries, active }) =>
      active === true ? `${member}: ${entries} entries` : `${member}: silent`,
    )
    return { group: id, keyspace, shard, add, promote, remove, joint: isOpen, lacks }
  })
  if (rows.length > 0) parts.push(writeTable(rows))
  if (moves.length > 0) parts.push(describeMoves(moves))
  const awaited = new Set(steps.flatMap(({ awaited: ids = [] }) => ids))
  for (const id of [...awaited].sort((a, b) => a - b))
    parts.push(
      `waits for member ${id}, which is silent and may have what nobody else has; if it never comes back: quorate remove ${id} --force`,
    )
  return `${parts.join('\n\n')}\n`
}

async function ask(options: ClientOptions, words: readonly string[]): Promise<Plan> {
  const answer = await askMember(options, 'QUORATE', ...words)
  const plan: unknown = typeof answer === 'string' ? JSON.parse(answer) : null
  if (typeof plan === 'object' && plan !== null && 'settled' in plan) return plan as Plan
  throw new QuorateError(
    'MEMBER_UNREACHABLE',
    `member ${options.host}:${options.port}: its plan cannot be read; is it a Quorate member?`,
  )
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
