// A command that a group refused goes where its keys are by now, in the place that it has in the order of replies.

import type { CommandSpec } from '../api/command.js'
import type { Group } from '../api/group.js'
import { findKeys } from '../api/keys.js'
import { crossGroup } from '../api/replies.js'
import { nullArray, ok } from '../api/reply.js'
import { scriptCommands } from '../api/scripts.js'
import { splitUser } from '../api/script-user.js'
import { decodeTransaction, execName, watchName } from '../api/transaction.js'
import { hasBug } from '../base/seeded-bug.js'
import { mayBlock, shortened } from './blocking.js'
import type { CommandEntry } from './command-entry.js'
import { gatherKeys } from './fanout.js'
import { levelAt } from './fences.js'
import { groupOfCommand } from './group-of.js'
import type { Session } from './session.js'
import type { RefusedCommand } from './session-init.js'
import type { RouterState, Run } from './state.js'

export function routeAgain(state: RouterState, session: Session, refused: RefusedCommand): void {
  const { call, lane } = refused
  const { args, db, ticket } = call
  const name = args[0] as string
  const from = session.lanes.indexOf(lane)
  if (name === execName) return againAsTransaction(state, session, { refused, from })
  const entry = entryOf(state, args)
  if (entry === undefined) return session.answer(ticket, crossGroup)
  if (name === watchName) {
    // It cannot be known any more whether they changed: EXEC answers null.
    const isThere = args.slice(1).every((key) => state.route.groupOf(db, key) === from)
    if (!isThere) return session.answer(ticket, ok)
    return submit(state, session, { refused, index: from, spec: entry.spec, write: false })
  }
  const own = entry.isScripted ? splitUser(args).args : args
  const index = groupOfCommand(state, db, { entry, args: own })
  const { spec } = entry
  if (entry.isBlocking && mayBlock(entry.name, args)) {
    if (index < 0) return session.answer(ticket, crossGroup)
    const group = state.groups[index] as Group
    const since = session.waits?.since ?? state.now.mono
    session.waits = { group, lane: session.lanes.of(index, group), since: state.now.mono }
    const left = shortened(args, state.now.mono - since)
    const shorter = { ...refused, call: { ...call, args: left } }
    return submit(state, session, { refused: shorter, index, spec, write: true })
  }
  if (index >= 0) {
    const write = entry.isWrite || entry.isScripted
    return submit(state, session, { refused, index, spec, write })
  }
  const isGathered = entry.firstKey > 0 && !entry.hasMovableKeys && spec.gather !== 'refuse'
  if (isGathered) gatherKeys(state, session, { entry, args }, { ticket, db })
  else session.answer(ticket, crossGroup)
}

function againAsTransaction(
  state: RouterState,
  session: Session,
  { refused, from }: { readonly refused: RefusedCommand; readonly from: number },
): void {
  const { args, ticket } = refused.call
  const { watched, calls } = decodeTransaction(args) ?? { watched: [], calls: [] }
  const found = new Set(watched.map(({ db, key }) => state.route.groupOf(db, key)))
  // What was watched is with another group: nobody knows there whether it changed.
  const isAway = found.size > 0 && (found.size > 1 || !found.has(from))
  if (isAway && !hasBug('move-watch-forgotten')) return session.answer(ticket, nullArray)
  let isWrite = false
  let isScripted = false
  for (const call of calls) {
    const entry = entryOf(state, call.args)
    isScripted ||= scriptCommands.has(call.args[0] as string)
    isWrite ||= entry?.isWrite !== false
    const own = entry?.isScripted === true ? splitUser(call.args).args : call.args
    for (const { at } of entry === undefined ? [] : (findKeys(entry.spec, own) ?? [])) {
      found.add(state.route.groupOf(call.db, own[at] as string))
    }
  }
  const [index = from, ...more] = found
  if (more.length > 0) return session.answer(ticket, crossGroup)
  const { spec } = state.table.find(execName) as CommandEntry<Run>
  submit(state, session, { refused, index, spec, write: isWrite || isScripted, isScripted })
}

function submit(
  state: RouterState,
  session: Session,
  to: {
    readonly refused: RefusedCommand
    readonly index: number
    readonly spec: CommandSpec
    readonly write: boolean
    readonly isScripted?: boolean
  },
): void {
  const { refused, index, spec, write } = to
  const { ticket, db, args } = refused.call
  const group = state.groups[index] as Group
  const scripted = to.isScripted ?? scriptCommands.has(args[0] as string)
  const level = levelAt(state, session, index)
  group.submit(session.lanes.of(index, group), { spec, write, db, args, ticket, scripted, level })
}

/** Of a command as the engine takes it: a subcommand keeps the name of its container in front. */
function entryOf({ table }: RouterState, args: readonly string[]): CommandEntry<Run> | undefined {
  const entry = table.find(args[0] as string)
  return entry?.subcommands?.get((args[1] ?? '').toLowerCase()) ?? entry
}
