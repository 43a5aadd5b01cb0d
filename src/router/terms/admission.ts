// Whether a command of a connection with terms may go on: it waits until every group that it uses shows what
// the token stands for, and is refused when that takes too long, or where its level cannot be had.

import { type Caller, type Group, makeLane } from '../../api/group.js'
import { findKeys } from '../../api/keys.js'
import { behindToken } from '../../api/replies.js'
import { type ErrorReply, isError } from '../../api/reply.js'
import { mayBlock } from '../blocking.js'
import type { CommandEntry } from '../command-entry.js'
import type { Session } from '../session.js'
import type { Run, RouterState } from '../state.js'
import type { Need, Terms } from './terms.js'

interface Command {
  readonly entry: CommandEntry<Run>
  readonly args: string[]
  /** The one group that it goes to, or -1. */
  readonly groupOf: () => number
}

/** Milliseconds before others are asked for what most likely is on its way, and between two questions. */
const patienceMs = 20
const againMs = 50

/** Null for going on, an error to be answered, or `held`: it is dispatched again later. */
export function admission(
  state: RouterState,
  session: Session,
  command: Command,
): ErrorReply | 'held' | null {
  const terms = session.terms as Terms
  const use = useOf(state, session, command)
  const refusal = use.isRead ? refusalOf(terms, use.groups) : null
  if (refusal !== null) return refusal
  const groups = use.groups.filter((group) => isOwed(state, terms, { group, ...use }))
  const { mono } = state.now
  if (groups.length === 0) {
    terms.waitsSince = null
    if (use.groups.length > 0) terms.refusedAt = null
    return null
  }
  // What came before another one was refused has waited with it.
  const hasWaited = terms.refusedAt !== null && session.facts.heardAt <= terms.refusedAt
  terms.waitsSince ??= hasWaited ? mono - state.config.sessionWaitMs : mono
  const until = terms.waitsSince + state.config.sessionWaitMs
  if (mono >= until) {
    terms.waitsSince = null
    terms.refusedAt = mono
    return behindToken
  }
  session.held = command.args
  session.heldBy = 'token'
  state.delays.hold(session, until, () => {
    const open = groups.filter((group) => isOwed(state, terms, { group, ...use }))
    for (const group of open) hurry(state, terms, group)
    if (open.length > 0) return false
    terms.waitsSince = null
    terms.refusedAt = null
    return true
  })
  for (const group of groups) hurry(state, terms, group)
  return 'held'
}

interface Use {
  readonly groups: readonly number[]
  readonly isRead: boolean
  /** It takes its place in the log of its group. */
  readonly isInLog: boolean
}

function useOf(state: RouterState, session: Session, { entry, args, groupOf }: Command): Use {
  const { transaction, watched } = session
  if (entry.name === 'exec') {
    const groups = new Set(watched?.keys.map(({ group }) => group))
    if (transaction !== null && transaction.group !== null) groups.add(transaction.group)
    const isRead = transaction?.isWrite !== true
    return { groups: [...groups], isRead, isInLog: !isRead || transaction?.isScripted === true }
  }
  if (entry.run !== null) {
    const isAsking = entry.firstKey > 0 && !entry.name.startsWith('quorate|')
    const groups = isAsking ? groupsOfKeys(state, session, { entry, args }) : []
    return { groups, isRead: false, isInLog: false }
  }
  const isBlocking = entry.isBlocking && mayBlock(entry.name, args)
  const mayWrite = entry.isWrite || isBlocking || (entry.isScripted && !entry.name.endsWith('_ro'))
  return {
    groups: groupsOfCommand(state, session, { entry, args, groupOf }),
    isRead: !mayWrite,
    isInLog: mayWrite || entry.isScripted,
  }
}

function groupsOfCommand(
  state: RouterState,
  session: Session,
  { entry, args, groupOf }: Command,
): readonly number[] {
  const index = groupOf()
  if (index >= 0) return [index]
  if (entry.firstKey > 0) return groupsOfKeys(state, session, { entry, args })
  const isEach = entry.name === 'flushall' || entry.spec.gather === 'each'
  return isEach ? state.route.all : state.route.groupsOf(session.db)
}

function groupsOfKeys(
  state: RouterState,
  { db }: Session,
  { entry, args }: Pick<Command, 'entry' | 'args'>,
): readonly number[] {
  const found = new Set<number>()
  if (entry.hasMovableKeys) {
    for (const { at } of findKeys(entry.spec, args) ?? []) {
      found.add(state.route.groupOf(db, args[at] ?? ''))
    }
    return [...found]
  }
  const last = entry.lastKeyOf(args.length)
  for (let at = entry.firstKey; at <= last; at += entry.keyStep) {
    found.add(state.route.groupOf(db, args[at] ?? ''))
  }
  return [...found]
}

function refusalOf(terms: Terms, groups: readonly number[]): ErrorReply | null {
  for (const group of groups) {
    const refusal = terms.reads[group]?.refusal ?? null
    if (refusal !== null) return refusal
  }
  return null
}

/** The group has to show more first. */
function isOwed(
  { groups }: RouterState,
  terms: Terms,
  { group, isInLog }: { readonly group: number; readonly isInLog: boolean },
): boolean {
  const need = terms.needs.get(group)
  const sight = groups[group]?.sight
  if (need === undefined || sight === undefined) return false
  // A total order has the command behind all that anybody was shown, but for what an earlier era lost.
  if (sight.supports.order === 'total') {
    const isBehindAll = isInLog || terms.reads[group]?.shows === 'strong'
    if (isBehindAll && !sight.isLost(need.mark)) return false
  }
  if (!isMet(groups[group] as Group, need)) return true
  terms.needs.delete(group)
  return false
}

export function isMet({ sight }: Group, { mark, barrier }: Need): boolean {
  return barrier !== 'wanted' && (mark === null || sight?.covers(mark) === true)
}

/** Brings what lacks here sooner. */
function hurry(state: RouterState, terms: Terms, index: number): void {
  const need = terms.needs.get(index)
  const group = state.groups[index]
  const { mono } = state.now
  if (need === undefined || group === undefined || need.isAsking || mono < need.askAt) return
  const isFirst = need.askAt === 0
  need.askAt = mono + (isFirst ? patienceMs : againMs)
  if (need.mark?.kind === 'stamps') {
    if (!isFirst) group.sight?.hurry(need.mark)
  } else ask(state, group, need)
}

/** A strong read: behind it the member has got all that was answered anywhere before. */
function ask(state: RouterState, group: Group, need: Need): void {
  const entry = state.table.find('dbsize')
  if (entry === undefined || group.sight?.supports.reads.includes('linearizable') !== true) return
  need.isAsking = true
  // A member short of disk has the leader read for it, and gets nothing by that.
  const wasShort = state.cluster.diskShort
  const caller: Caller = {
    answer: (_, reply) => {
      need.isAsking = false
      if (!isError(reply) && !wasShort && !state.cluster.diskShort) need.barrier = 'passed'
    },
  }
  const call = { spec: entry.spec, write: false, db: 0, args: ['dbsize'], ticket: 0 }
  group.submit(makeLane(caller), { ...call, level: 'linearizable' })
}
