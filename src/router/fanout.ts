// Commands whose keys lie in several replication groups: split, submitted to each group in the
// session's own lanes, and gathered into one reply. Not atomic. An error of one part is the reply; but
// where another part took effect, or may have, a definite error would be a lie: UNKNOWNRESULT then.

import { withUser } from '../api/script-user.js'
import type { Group } from '../api/group.js'
import { crossGroup, unknownResult } from '../api/replies.js'
import { type ErrorReply, isError, type Reply } from '../api/reply.js'
import { listOf, mergeReplies } from './merge-replies.js'
import type { CommandEntry } from './command-entry.js'
import { levelAt } from './fences.js'
import { keysRead, remembering } from './messaging/reading.js'
import type { Session } from './session.js'
import type { Part } from './session-init.js'
import type { Run, RouterState } from './state.js'

interface Command {
  readonly entry: CommandEntry<Run>
  readonly args: readonly string[]
}

/** Collects the parts of one command and answers its ticket when the last one is in. */
class Gathering {
  readonly #session: Session
  readonly #ticket: number
  readonly #write: boolean
  readonly #merge: (replies: readonly Reply[]) => Reply
  readonly #replies: Reply[] = []
  #open: number
  #error: ErrorReply | null = null
  /** A part took effect, or its outcome is not known. */
  #happened = false

  constructor(
    session: Session,
    options: {
      readonly entry: CommandEntry<Run>
      readonly parts: number
      readonly merge: (replies: readonly Reply[]) => Reply
      /** One that is open already. */
      readonly ticket?: number | undefined
    },
  ) {
    this.#session = session
    this.#ticket = options.ticket ?? session.open(options.entry)
    this.#write = options.entry.isWrite
    this.#merge = options.merge
    this.#open = options.parts
  }

  /** The part at `index` of the split. */
  part(index: number): Part {
    return { take: (reply) => this.#take(index, reply) }
  }

  #take(index: number, reply: Reply): void {
    if (isError(reply)) {
      if (!reply.definite) this.#happened = true
      this.#error ??= reply
    } else {
      this.#replies[index] = reply
      this.#happened = true
    }
    if (--this.#open > 0) {
      if (this.#session.tracking !== null) this.#session.holdPushes(this.#ticket)
      return
    }
    this.#session.answer(this.#ticket, this.#result())
  }

  #result(): Reply {
    if (this.#error === null) return this.#merge(this.#replies)
    return this.#write && this.#happened ? unknownResult : this.#error
  }
}

/** A command with keys in several groups, whose `gather` is sum, keys or ok; `again`: it was one group's until now. */
export function gatherKeys(
  state: RouterState,
  session: Session,
  { entry, args }: Command,
  again: { readonly ticket: number; readonly db: number } | null = null,
): void {
  if (refusesSplit(state, entry)) return answer(session, entry, { again, reply: crossGroup })
  const db = again?.db ?? session.db
  const split = splitByGroup(state, db, { entry, args })
  const gathering = new Gathering(session, {
    entry,
    ticket: again?.ticket,
    parts: split.length,
    merge: (replies) =>
      entry.spec.gather === 'keys'
        ? inKeyOrder(split, replies)
        : mergeReplies(entry.spec.gather, replies),
  })
  split.forEach((part, index) => {
    submitPart(
      state,
      session,
      { entry, args: part.args },
      { group: part.group, part: gathering.part(index), db },
    )
  })
}

function answer(
  session: Session,
  entry: CommandEntry<Run>,
  of: { readonly again: { readonly ticket: number } | null; readonly reply: Reply },
): void {
  if (of.again === null) session.reply(entry, of.reply)
  else session.answer(of.again.ticket, of.reply)
}

/**
 * Whether a write may not be done group by group. The configuration may forbid all that change keys (functions are
 * for each group to know); databases of which only some groups have changed places would help nobody.
 */
export function refusesSplit(state: RouterState, entry: CommandEntry<Run>): boolean {
  const isForbidden = !state.config.gathersWrites && entry.spec.gather !== 'each'
  return entry.isWrite && (isForbidden || entry.name === 'swapdb')
}

function submitPart(
  state: RouterState,
  session: Session,
  { entry, args }: Command,
  target: { readonly group: number; readonly part: Part; readonly db: number },
): void {
  const group = state.groups[target.group] as Group
  const read = keysRead(session, [{ entry, args }])
  group.submit(session.lanes.of(target.group, group), {
    spec: entry.spec,
    write: entry.isWrite || entry.isScripted,
    scripted: entry.isScripted,
    level: levelAt(state, session, target.group),
    db: target.db,
    args: entry.isScripted ? withUser(args, session.user.rights) : args,
    ticket: session.openPart(remembering(session, read, { part: target.part, state })),
  })
}

interface Split {
  readonly group: number
  readonly args: string[]
  /** Which of the command's keys, counted from 0, each key of this part is. */
  readonly places: number[]
}

function splitByGroup(state: RouterState, db: number, { entry, args }: Command): Split[] {
  const byGroup = new Map<number, Split>()
  const last = entry.lastKeyOf(args.length)
  let place = 0
  for (let at = entry.firstKey; at <= last; at += entry.keyStep, place++) {
    const group = state.route.groupOf(db, args[at] as string)
    let split = byGroup.get(group)
    if (split === undefined) {
      split = { group, args: [entry.name], places: [] }
      byGroup.set(group, split)
    }
    for (let i = 0; i < entry.keyStep && at + i < args.length; i++) {
      split.args.push(args[at + i] as string)
    }
    split.places.push(place)
  }
  return [...byGroup.values()]
}

function inKeyOrder(split: readonly Split[], replies: readonly Reply[]): Reply {
  const made: Reply[] = []
  split.forEach((part, index) => {
    const items = listOf(replies[index] ?? null)
    part.places.forEach((place, i) => {
      made[place] = items[i] ?? null
    })
  })
  return made
}
