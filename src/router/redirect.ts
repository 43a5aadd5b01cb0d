// What a connection in cluster routing is told before its commands are looked at as any others: keys of
// several slots, slots that another member leads, databases. Redis' words, and as few redirections as can be:
// what this member can do for a client it does.

import { findKeys } from '../api/keys.js'
import {
  copyInCluster,
  crossSlot,
  moved,
  moveInCluster,
  selectInCluster,
  swapInCluster,
} from '../api/replies.js'
import type { ErrorReply } from '../api/reply.js'
import { execName } from '../api/transaction.js'
import { keySlot } from '../base/keyslot.js'
import type { CommandEntry } from './command-entry.js'
import { parseInteger } from './numbers.js'
import { otherDatabase } from './other-database.js'
import type { Session } from './session.js'
import type { RouterState, Run } from './state.js'

/** What a connection in cluster routing asked for. */
export interface ClusterTerms {
  /** READONLY: reads are answered here, whoever leads. */
  isReadOnly: boolean
}

interface Command {
  readonly entry: CommandEntry<Run>
  readonly args: readonly string[]
}

/** Milliseconds after the start within which commands wait for a load. */
const loadingMs = 3_000

/** Slot of a command without keys, and of one with keys of several slots. */
const noSlot = -1
const severalSlots = -2

/** Null where the command is taken here. */
export function redirection(
  state: RouterState,
  session: Session,
  command: Command,
): ErrorReply | null {
  const { entry, args } = command
  if (entry.name === execName) return ofTransaction(state, session)
  if (entry.firstKey === 0 && !entry.hasMovableKeys) return ofDatabases(entry.name, args)
  // Those who listen are told by every member, and EXPLAIN is about any key.
  if (entry.isPubsub || entry.engineName === 'quorate') return null
  const slot = slotOf(command)
  if (slot === noSlot) return null
  if (slot === severalSlots) return crossSlot
  const other = otherDatabase(entry.name, args)
  if (entry.name === 'move') return moveInCluster
  if (other !== null && Number.isInteger(other.db) && other.db !== 0) return copyInCluster
  const isWrite = entry.isWrite || (entry.isScripted && !entry.name.endsWith('_ro'))
  return elsewhere(state, session, { command, slot, isWrite })
}

/**
 * Clients that go by slots come back with all that waited for them, at a member that began a moment ago and is about to
 * serve or to know who else does: theirs waits for that.
 */
export function isHeldWhileLoading(
  state: RouterState,
  session: Session,
  { entry, args }: { readonly entry: CommandEntry<Run>; readonly args: string[] },
): boolean {
  if (session.cluster === null || (entry.firstKey === 0 && !entry.hasMovableKeys)) return false
  const { cluster, delays, now, startedAt } = state
  const until = startedAt.mono + loadingMs
  if (now.mono >= until) return false
  session.held = args
  session.heldBy = 'loading'
  delays.hold(session, until, () => {
    state.isLoading = cluster.isLoading
    return !state.isLoading || state.shards.hasOthers
  })
  return true
}

function ofTransaction(state: RouterState, session: Session): ErrorReply | null {
  const { transaction } = session
  let first: Command | null = null
  let slot = noSlot
  for (const command of transaction?.commands ?? []) {
    const own = slotOf(command)
    if (own === noSlot) continue
    if (own !== slot && first !== null) return crossSlot
    first ??= command
    slot = own
  }
  if (first === null || transaction === null) return null
  return elsewhere(state, session, { command: first, slot, isWrite: transaction.isWrite })
}

function elsewhere(
  state: RouterState,
  session: Session,
  of: { readonly command: Command; readonly slot: number; readonly isWrite: boolean },
): ErrorReply | null {
  const mayStay = !state.cluster.isLoading && !state.cluster.isLeaving
  if (mayStay && session.cluster?.isReadOnly === true && !of.isWrite) return null
  const { entry, args } = of.command
  const index = state.route.groupOf(session.db, entry.anyKey(args) ?? '')
  const member = state.shards.elsewhere(index, of.slot)
  return member === null ? null : moved(of.slot, member.clusterAddress)
}

function slotOf({ entry, args }: Command): number {
  if (entry.hasMovableKeys) {
    let slot = noSlot
    for (const { at } of findKeys(entry.spec, args) ?? []) {
      const own = keySlot(args[at] ?? '')
      if (slot !== noSlot && slot !== own) return severalSlots
      slot = own
    }
    return slot
  }
  if (entry.firstKey === 0) return noSlot
  const slot = keySlot(args[entry.firstKey] ?? '')
  const last = Math.min(entry.lastKeyOf(args.length), args.length - 1)
  for (let at = entry.firstKey + entry.keyStep; at <= last; at += entry.keyStep) {
    if (keySlot(args[at] as string) !== slot) return severalSlots
  }
  return slot
}

/** There is one database for clients that go by slots. */
function ofDatabases(name: string, args: readonly string[]): ErrorReply | null {
  if (name === 'swapdb') return swapInCluster
  if (name !== 'select') return null
  const db = parseInteger(args[1] ?? '')
  return db === null || db === 0 ? null : selectInCluster
}
