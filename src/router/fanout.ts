// Commands whose keys lie in several replication groups: split, submitted to each group in the
// session's own lanes, and gathered into one reply. Not atomic. An error of one part is the reply; but
// where another part took effect, or may have, a definite error would be a lie: UNKNOWNRESULT then.

import { never } from '../base/assert.js'
import { withUser } from '../api/script-user.js'
import type { Gather } from '../api/command.js'
import type { Group } from '../api/group.js'
import { crossGroup, unknownResult } from '../api/replies.js'
import { type ErrorReply, emptyArray, isError, ok, type Reply } from '../api/reply.js'
import { mergePages } from '../api/scan.js'
import type { CommandEntry } from './command-entry.js'
import { keylessGroups } from './keyless.js'
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
    },
  ) {
    this.#session = session
    this.#ticket = session.open(options.entry)
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

/** A command with keys in several groups, whose `gather` is sum, keys or ok. */
export function gatherKeys(state: RouterState, session: Session, { entry, args }: Command): void {
  if (refusesSplit(state, session, entry)) return
  const split = splitByGroup(state, session, { entry, args })
  const gathering = new Gathering(session, {
    entry,
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
      {
        group: part.group,
        part: gathering.part(index),
      },
    )
  })
}

/** A keyless command over all groups of the session's database (FLUSHALL: of all databases). */
export function gatherAll(state: RouterState, session: Session, { entry, args }: Command): void {
  const meant = keylessGroups(state.route, { entry, args, db: session.db })
  const groups = session.cluster === null ? meant : ownGroups(state, entry, meant)
  if (groups.length > 1 && refusesSplit(state, session, entry)) return
  const gathering = new Gathering(session, {
    entry,
    parts: groups.length,
    merge: (replies) =>
      entry.spec.gather === 'random'
        ? pickRandom(state, session.db, groups, replies)
        : mergeReplies(entry.spec.gather, replies),
  })
  groups.forEach((group, index) => {
    submitPart(state, session, { entry, args }, { group, part: gathering.part(index) })
  })
}

/** Clients that go by slots ask each member for the keys of its own: together they see each key once. */
function ownGroups(
  { shards, groups }: RouterState,
  entry: CommandEntry<Run>,
  meant: readonly number[],
): readonly number[] {
  if (entry.spec.gather === 'each') return meant
  const own = shards.own()
  return meant.filter((index) => own.has((groups[index] as Group).shard))
}

/**
 * Whether a write may not be done group by group; then it is answered. The configuration may forbid all that
 * change keys (functions are for each group to know); databases of which only some groups have changed places
 * would help nobody.
 */
function refusesSplit(state: RouterState, session: Session, entry: CommandEntry<Run>): boolean {
  const isForbidden = !state.config.gathersWrites && entry.spec.gather !== 'each'
  const isRefused = entry.isWrite && (isForbidden || entry.name === 'swapdb')
  if (isRefused) session.reply(entry, crossGroup)
  return isRefused
}

function submitPart(
  state: RouterState,
  session: Session,
  { entry, args }: Command,
  target: { readonly group: number; readonly part: Part },
): void {
  const group = state.groups[target.group] as Group
  const read = keysRead(session, [{ entry, args }])
  group.submit(session.lanes.of(target.group, group), {
    spec: entry.spec,
    write: entry.isWrite || entry.isScripted,
    scripted: entry.isScripted,
    level: session.terms?.levelOf(target.group),
    db: session.db,
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

function splitByGroup(state: RouterState, session: Session, { entry, args }: Command): Split[] {
  const byGroup = new Map<number, Split>()
  const last = entry.lastKeyOf(args.length)
  let place = 0
  for (let at = entry.firstKey; at <= last; at += entry.keyStep, place++) {
    const group = state.route.groupOf(session.db, args[at] as string)
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

function mergeReplies(gather: Gather, replies: readonly Reply[]): Reply {
  switch (gather) {
    case 'sum':
    case 'total':
      return replies.reduce<number>((sum, reply) => sum + Number(reply), 0)
    case 'ok':
      return ok
    case 'each':
      return replies[0] ?? null
    case 'union':
      return replies.flatMap((reply) => listOf(reply))
    case 'scan':
      return mergeScans(replies)
    case 'refuse':
    case 'keys':
    case 'random':
      return emptyArray
    default:
      return never(gather, 'a known way to gather')
  }
}

function mergeScans(replies: readonly Reply[]): Reply {
  const pages = replies.map((reply) => {
    const [cursor, keys] = listOf(reply)
    return { next: Number(cursor), keys: listOf(keys ?? null).map(String) }
  })
  const merged = mergePages(pages)
  return [String(merged.next), merged.keys]
}

/** One of the groups' random keys, weighted by how many keys each group has. */
function pickRandom(
  state: RouterState,
  db: number,
  groups: readonly number[],
  replies: readonly Reply[],
): Reply {
  const weights = groups.map((group, index) =>
    replies[index] === null ? 0 : Math.max(1, (state.groups[group] as Group).keyCount(db)),
  )
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  if (total === 0) return null
  let drawn = state.random.below(total)
  for (let i = 0; i < weights.length; i++) {
    drawn -= weights[i] as number
    if (drawn < 0) return replies[i] ?? null
  }
  return null
}

function listOf(reply: Reply): readonly Reply[] {
  return Array.isArray(reply) ? (reply as readonly Reply[]) : emptyArray
}
