// MULTI of one session: the queue between MULTI and EXEC, and the keys that are watched. Commands are
// judged when they are queued (database, group); EXEC turns them into one call of one group. Router
// commands in the queue run when the group has answered, and their replies take their places.

import type { Group } from '../api/group.js'
import { limits } from '../api/limits.js'
import {
  crossGroup,
  execAbort,
  execAborted,
  unknownResult,
  notInTransaction,
  outOfMemory,
  shardInTransaction,
} from '../api/replies.js'
import { type ErrorReply, isError, nullArray, queued, type Reply } from '../api/reply.js'
import { withUser } from '../api/script-user.js'
import { encodeTransaction, execName, type TransactionCall } from '../api/transaction.js'
import { refusalAtExec } from './acl/guard.js'
import type { CommandEntry } from './command-entry.js'
import { levelAt } from './fences.js'
import { groupOfCommand } from './group-of.js'
import { keylessGroups } from './keyless.js'
import { keysRead, noKeys, remembering, rememberNow } from './messaging/reading.js'
import { parseInteger } from './numbers.js'
import type { Session } from './session.js'
import type { Part } from './session-init.js'
import { deferred, type RouterState, type Run } from './state.js'
import type { WatchedKeys } from './watched-keys.js'

type Entry = CommandEntry<Run>

interface Queued {
  readonly entry: Entry
  readonly args: readonly string[]
  /** The command's name as the client spelled it. */
  readonly word: string
  readonly db: number
  /** The rules of the user changed since it was queued. */
  refused: ErrorReply | null
}

/** What an argument costs besides its bytes. */
const argumentBytes = 16

export class Transaction {
  readonly commands: Queued[] = []
  /** Database of the next command: SELECT is resolved while queueing. */
  db: number
  /** About the memory that the queue takes. */
  bytes = 0
  /** A command was refused: EXEC aborts. */
  isSpoiled = false
  isWrite = false
  /** A script runs in it. */
  isScripted = false
  /** Index of the one group of its data commands, or null while there is none. */
  group: number | null = null
  /** Its data commands belong to several groups. */
  isTorn = false
  /** It has commands that the router runs. */
  isMixed = false

  constructor(db: number) {
    this.db = db
  }

  add({ entry, args, word }: Pick<Queued, 'entry' | 'args' | 'word'>, group: number | null): void {
    this.commands.push({ entry, args, word, db: this.db, refused: null })
    for (const arg of args) this.bytes += arg.length + argumentBytes
    if (entry.isWrite) this.isWrite = true
    if (entry.isScripted) {
      this.isScripted = true
      if (!entry.name.endsWith('_ro')) this.isWrite = true
    }
    if (group === null) this.isMixed = true
    else this.join(group)
  }

  /** A command was refused. */
  spoil(): void {
    this.isSpoiled = true
    this.commands.length = 0
    this.bytes = 0
  }

  /** Slots went to other groups since commands were queued. */
  rejoin(state: RouterState): void {
    this.group = null
    this.isTorn = false
    for (const { entry, args, db } of this.commands) {
      if (entry.run === null) this.join(groupOfQueued(state, { entry, args, db }))
    }
  }

  join(group: number): void {
    if (this.group === null) this.group = group
    else if (this.group !== group) this.isTorn = true
  }
}

/**
 * Queues a command; `groupOf` finds the one group of a data command, or -1. Answers the reply, or null
 * where the queue is longer than a client may make it: the connection is to be closed then.
 */
export function enqueue(
  state: RouterState,
  transaction: Transaction,
  command: {
    readonly entry: Entry
    readonly args: string[]
    readonly groupOf: (at: { readonly db: number }) => number
  },
): Reply | null {
  const { entry, args } = command
  if (entry.spec.flags.includes('no_multi')) return spoil(transaction, notInTransaction)
  let group: number | null = null
  const word = args[0] as string
  if (entry.run === null) {
    args[0] = entry.engineName
    group = command.groupOf(transaction)
    if (group < 0) group = groupOfQueued(state, { entry, args, db: transaction.db })
    if (group < 0) return spoil(transaction, crossGroup)
  }
  // Redis lets nothing be queued while memory is short.
  if (entry.name !== 'unwatch' && isFull(state, group)) return spoil(transaction, outOfMemory)
  // What will be aborted anyway need not be kept.
  if (transaction.isSpoiled) return queued
  transaction.add({ entry, args, word }, group)
  if (transaction.bytes > limits.queryBytesMax) return null
  if (entry.name === 'select') {
    const db = parseInteger(args[1] as string)
    if (db !== null && db >= 0 && db < state.config.databases) transaction.db = db
  }
  return queued
}

/** -1 where there are several. */
function groupOfQueued(state: RouterState, of: Pick<Queued, 'entry' | 'args' | 'db'>): number {
  const index = groupOfCommand(state, of.db, of)
  if (index >= 0 || !of.entry.isKeyless) return index
  const [first = -1, ...more] = keylessGroups(state.route, of)
  return more.length === 0 ? first : -1
}

function isFull({ groups }: RouterState, group: number | null): boolean {
  return (groups[group ?? groups.length - 1] as Group).memory?.isFull === true
}

function spoil(transaction: Transaction, error: ErrorReply): ErrorReply {
  transaction.spoil()
  return error
}

/** What a session is told whose command was refused before it ran: EXEC aborts, now or later. */
export function refusedInMulti(session: Session, entry: Entry, error: ErrorReply): ErrorReply {
  if (entry.name === execName) {
    session.transaction = null
    session.watched = null
    return isOfCluster(error) ? error : execAbort(error)
  }
  session.transaction?.spoil()
  return error
}

/** EXEC of a session in MULTI; the session is out of MULTI whatever comes. */
export function execute(session: Session, state: RouterState): Reply | typeof deferred {
  const transaction = session.transaction as Transaction
  const { watched } = session
  session.transaction = null
  session.watched = null
  if (transaction.isSpoiled) return execAborted
  if (watched?.isLost === true) return nullArray
  if (state.route.hasMoved) {
    const isAway = watched?.keys.some(
      ({ db, key, group }) => state.route.groupOf(db, key) !== group,
    )
    if (isAway === true) return nullArray
    transaction.rejoin(state)
  }
  for (const { group } of watched?.keys ?? []) transaction.join(group)
  if (transaction.isTorn) return crossGroup
  for (const command of transaction.commands) {
    state.stats.countCall(command.entry)
    if (state.messaging.monitors.count > 0) {
      state.messaging.monitors.show(session, command.entry, {
        args: [command.word, ...command.args.slice(1)],
        wall: state.now.wall,
      })
    }
    if (!session.user.isOpen) command.refused = refusalAtExec(state, session, command)
    if (command.entry.name === 'ssubscribe') command.refused ??= shardInTransaction
  }
  if (transaction.group === null) {
    const ticket = session.open(state.table.find(execName) ?? null)
    session.holdPushes(ticket)
    answerMixed(session, ticket, {
      reply: together(session, transaction, { replies: [], state, hasRead: false }),
      state,
    })
    return deferred
  }
  submit(session, transaction, { state, watched })
  return deferred
}

function submit(
  session: Session,
  transaction: Transaction,
  what: {
    readonly state: RouterState
    readonly watched: WatchedKeys | null
  },
): void {
  const { state, watched } = what
  const entry = state.table.find(execName) as Entry
  const calls: TransactionCall[] = transaction.commands
    .filter(({ entry, refused }) => entry.run === null && refused === null)
    .map(({ entry, args, db }) =>
      entry.isScripted ? { db, args: withUser(args, session.user.rights) } : { db, args },
    )
  const ticket = session.open(entry)
  // What follows must see the database, the protocol and the like that the queue ends with.
  if (transaction.isMixed) session.block()
  const index = transaction.group as number
  const group = state.groups[index] as Group
  // Given before MULTI, and forgotten behind EXEC.
  const isCachingGiven = session.tracking?.isCachingGiven === true
  const part: Part = {
    hasRead: false,
    take: (reply) => {
      session.repliesWaitUntil = 0
      if (transaction.isMixed) {
        // What a PUBLISH of the queue brings to the connection follows the reply.
        session.holdPushes(ticket)
        setCaching(session, isCachingGiven)
      }
      const made = settle(session, transaction, { reply, state, hasRead: part.hasRead === true })
      if (!transaction.isMixed) {
        session.answer(ticket, made)
        return
      }
      setCaching(session, false)
      answerMixed(session, ticket, { reply: made, state })
    },
  }
  // CLIENT TRACKING and CACHING of the queue hold for what stands behind them.
  const read = transaction.isMixed ? noKeys : keysRead(session, transaction.commands)
  session.repliesWaitUntil = state.now.mono + limits.batchPatienceMs
  group.submit(session.lanes.of(index, group), {
    spec: entry.spec,
    write: transaction.isWrite,
    level: levelAt(state, session, index),
    db: transaction.db,
    args: encodeTransaction({ watched: watched?.keys ?? [], calls }),
    scripted: transaction.isScripted,
    ticket: session.openPart(remembering(session, read, { part, state })),
  })
}

function setCaching({ tracking }: Session, isGiven: boolean): void {
  if (tracking !== null) tracking.isCachingGiven = isGiven
}

/** The queue had commands of the router: what it subscribed to is confirmed as outside of MULTI. */
function answerMixed(
  session: Session,
  ticket: number,
  { reply, state }: { readonly reply: Reply; readonly state: RouterState },
): void {
  state.messaging.whenKnown(state.now, () => {
    if (session.isClosed) return
    session.answer(ticket, reply)
    session.unblock()
  })
}

function settle(
  session: Session,
  transaction: Transaction,
  { reply, ...rest }: { readonly reply: Reply } & Omit<Settled, 'replies'>,
): Reply {
  if (isError(reply)) return refusal(reply)
  if (!Array.isArray(reply)) return reply
  return together(session, transaction, { replies: reply as readonly Reply[], ...rest })
}

interface Settled {
  /** Those of the group. */
  readonly replies: readonly Reply[]
  readonly state: RouterState
  /** A script of the queue read something. */
  readonly hasRead: boolean
}

/** As Redis: what speaks of the cluster as it is, any other refusal as an abort. */
function refusal(error: ErrorReply): ErrorReply {
  if (error === unknownResult || !error.definite) return error
  return isOfCluster(error) ? error : execAbort(error)
}

function isOfCluster({ text }: ErrorReply): boolean {
  return ['CLUSTERDOWN ', 'TRYAGAIN ', 'CROSSSLOT ', 'MOVED '].some((word) => text.startsWith(word))
}

/** The replies in the order of the queue: the group's, and those of the router's commands, run now. */
function together(
  session: Session,
  transaction: Transaction,
  { replies, state, hasRead }: Settled,
): Reply {
  let next = 0
  const made = transaction.commands.map((command): Reply => {
    const { entry, args, refused } = command
    if (refused !== null) return refused
    if (entry.run === null) {
      if (transaction.isMixed) rememberNow(session, command, { state, hasRead })
      return counted(state, entry, replies[next++] ?? null)
    }
    state.mayDefer = false
    const reply = entry.run(session, args, state)
    state.mayDefer = true
    return reply === deferred ? null : counted(state, entry, reply)
  })
  return made
}

function counted(state: RouterState, entry: Entry, reply: Reply): Reply {
  if (isError(reply)) {
    entry.counters.failed++
    state.stats.countError(reply.text)
  }
  return reply
}
