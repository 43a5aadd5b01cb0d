// From a parsed command to its reply: finds it in the table, refuses what Redis refuses in Redis'
// order and words, runs the router's own commands and submits the rest to replication groups.
// The hot path: one call object per command, nothing else is made here.

import type { Group } from '../api/group.js'
import { withUser } from '../api/script-user.js'
import type { ErrorReply } from '../api/reply.js'
import {
  crossGroup,
  loading,
  noAuth,
  unknownCommand,
  unknownSubcommand,
  wrongArity,
} from '../api/replies.js'
import { keySlot } from '../base/keyslot.js'
import { refusalOf } from './acl/guard.js'
import { mayBlock, submitBlocking } from './blocking.js'
import { busyRefusal } from './busy.js'
import type { CommandEntry } from './command-entry.js'
import { gatherKeys } from './fanout.js'
import { gatherAll } from './fanout-all.js'
import { levelAt } from './fences.js'
import { openTracked } from './messaging/reading.js'
import { forgetCaching, refuseWhileListening, takePubsub } from './messaging/take.js'
import { groupOfCommand } from './group-of.js'
import { isHeldWhileLoading, redirection } from './redirect.js'
import { runTimed } from './run-timed.js'
import type { Session } from './session.js'
import { deferred, type Run, type RouterState } from './state.js'
import { admission } from './terms/admission.js'
import { enqueue, refusedInMulti, type Transaction } from './transaction.js'
import { ownGroup } from './own-group.js'

type Entry = CommandEntry<Run>

export class Dispatcher {
  readonly #state: RouterState

  constructor(state: RouterState) {
    this.#state = state
  }

  /** Takes one command of a session. False: take no more for now. */
  take(session: Session, args: string[]): boolean {
    if (session.isFinished) return false
    const state = this.#state
    const name = args[0]
    if (name === undefined) return true
    let entry = state.table.find(name)
    if (entry === undefined) return refuseUnknown(state, session, args)
    if (entry.subcommands !== null && args.length > 1) {
      const word = args[1] as string
      const found = entry.subcommands.get(word.toLowerCase())
      if (found !== undefined) entry = found
      else return refuse(session, entry, unknownSubcommand(entry.name, word))
    }
    if (!entry.fits(args.length)) return refuse(session, entry, wrongArity(entry.name))
    if (!session.authenticated && entry.needsAuth && !state.users.isFree) {
      return refuse(session, entry, noAuth)
    }
    if (!session.user.isOpen) {
      const context = session.transaction === null ? 'toplevel' : 'multi'
      const refused = refusalOf(state, session, { entry, args, context })
      if (refused !== null) return refuse(session, entry, refused)
    }
    if (session.cluster !== null) {
      const redirected = redirection(state, session, { entry, args })
      if (redirected !== null) return refuse(session, entry, redirected)
    }
    if (session.subscribed > 0 || session.isMonitor) {
      const refusal = refuseWhileListening(session, entry)
      if (refusal !== null) return refuse(session, entry, refusal)
    }
    if (state.isLoading && !entry.runsWhileLoading) {
      return !isHeldWhileLoading(state, session, { entry, args }) && refuse(session, entry, loading)
    }
    if (state.isBusy && !entry.runsWhileBusy) {
      const groupOf = (): number => this.#groupOf(session, entry, args)
      const busy = busyRefusal(state, session, { entry, groupOf })
      if (busy !== null) return refuse(session, entry, busy)
    }
    if (!state.gate.isOpen && this.#isBarred(session, entry, args)) return false
    if (session.transaction !== null && entry.isQueued) return this.#queue(session, entry, args)
    if (session.terms?.isActive === true) {
      const groupOf = (): number => this.#groupOf(session, entry, args)
      const verdict = admission(state, session, { entry, args, groupOf })
      if (verdict !== null) return verdict !== 'held' && refuse(session, entry, verdict)
    }
    // Reads of another level than WATCH's would overtake it, and show what it has not seen.
    const waitsForWatch =
      session.watched?.isOpen === true && (entry.name === 'exec' || session.terms !== null)
    const isHeld = entry.isBarrier || waitsForWatch
    if (isHeld && session.pending > (entry.isPubsub ? session.confirming : 0)) {
      session.held = args
      return false
    }
    session.facts.lastCommand = entry.name
    session.facts.lastWord = name
    session.facts.commands++
    state.stats.countCall(entry)
    const { monitors } = state.messaging
    if (entry.run === null) {
      if (monitors.count > 0) monitors.show(session, entry, { args, wall: state.now.wall })
      this.#submit(session, entry, args)
    } else if (entry.isPubsub) takePubsub(session, entry, { args, state, run: entry.run })
    else {
      const reply =
        entry.isCostly || state.times.isFine
          ? runTimed(state, session, { entry, args, run: entry.run })
          : entry.run(session, args, state)
      if (reply !== deferred) session.reply(entry, reply)
    }
    if (monitors.count > 0 && entry.run !== null) {
      monitors.show(session, entry, { args, wall: state.now.wall })
    }
    if (session.tracking !== null) forgetCaching(session, entry)
    return session.hasRoom && !session.isFinished
  }

  /** Inside MULTI. */
  #queue(session: Session, entry: Entry, args: string[]): boolean {
    const transaction = session.transaction as Transaction
    const groupOf = (at: { readonly db: number }): number =>
      this.#state.route.isSingle ? 0 : this.#groupOf(at, entry, args)
    const reply = enqueue(this.#state, transaction, { entry, args, groupOf })
    if (reply === null) this.#state.kill(session)
    else session.reply(entry, reply)
    return session.hasRoom && !session.isFinished
  }

  #submit(session: Session, entry: Entry, args: string[]): void {
    // A subcommand of the engine keeps its container's name in args[0].
    args[0] = entry.engineName
    const index = this.#state.route.isSingle ? 0 : this.#groupOf(session, entry, args)
    if (index < 0) {
      this.#gather(session, entry, args)
      return
    }
    const group = this.#state.groups[index] as Group
    if (entry.isBlocking && mayBlock(entry.name, args)) {
      submitBlocking(session, { entry, args, index, group }, this.#state.now)
      return
    }
    group.submit(session.lanes.of(index, group), {
      spec: entry.spec,
      write: entry.isWrite || entry.isScripted,
      scripted: entry.isScripted,
      level: levelAt(this.#state, session, index),
      db: session.db,
      args: entry.isScripted ? withUser(args, session.user.rights) : args,
      ticket:
        session.tracking === null
          ? session.open(entry)
          : openTracked(session, entry, { args, state: this.#state }),
    })
  }

  #groupOf({ db }: { readonly db: number }, entry: Entry, args: readonly string[]): number {
    return groupOfCommand(this.#state, db, { entry, args })
  }

  #gather(session: Session, entry: Entry, args: readonly string[]): void {
    // Pairs without an end: no group may execute its part before another one notices.
    if (entry.hasMovableKeys) {
      session.reply(entry, crossGroup)
      return
    }
    if (entry.firstKey > 0 && (args.length - entry.firstKey) % entry.keyStep !== 0) {
      session.reply(entry, wrongArity(entry.name))
      return
    }
    if (entry.firstKey === 0) gatherAll(this.#state, session, { entry, args })
    else if (entry.spec.gather === 'refuse') session.reply(entry, crossGroup)
    else gatherKeys(this.#state, session, { entry, args })
  }

  /** Asks the gate. True: the command was held back, or refused with a reply. */
  #isBarred(session: Session, entry: Entry, args: string[]): boolean {
    // Whoever paused must be able to look and to go on.
    if (entry.name.startsWith('client|') || entry.name === 'quit') return false
    const key = entry.anyKey(args)
    const slot = key === undefined ? -1 : keySlot(key)
    const commands = entry.name === 'exec' ? session.transaction?.commands : undefined
    const isWrite = (commands ?? [{ entry, args }]).some((each) => mayWrite(this.#state, each))
    const verdict = this.#state.gate.verdict(slot, isWrite)
    if (verdict === 'admit') return false
    session.held = args
    session.heldBy = 'gate'
    return true
  }
}

/** A script may say of itself that it does not. */
function mayWrite(
  { groups }: RouterState,
  { entry, args }: { readonly entry: Entry; readonly args: readonly string[] },
): boolean {
  if (!entry.isPausable || !entry.isScripted) return entry.isPausable
  return entry.isWrite || ownGroup(groups)?.scripts?.isReadOnly(args) !== true
}

function refuse(session: Session, entry: Entry, error: ErrorReply): boolean {
  entry.counters.rejected++
  session.reply(null, refusedInMulti(session, entry, error))
  return session.hasRoom
}

function refuseUnknown(state: RouterState, session: Session, args: readonly string[]): boolean {
  const name = (args[0] as string).toLowerCase()
  if (name === 'post' || name === 'host:') {
    // A browser or another protocol talks to us: no word, and nothing more is read (S8).
    state.kill(session)
    return false
  }
  session.transaction?.spoil()
  session.reply(null, unknownCommand(args))
  return session.hasRoom
}
