// A command without keys over all groups of a database (FLUSHALL: of all databases), gathered into one reply. Not
// atomic. Where slots change hands meanwhile the groups' replies may not fit together: a key would be seen twice or
// not at all. Each group says with how many hand-overs it answers, and all are asked again until both sides agree.

import type { Group } from '../api/group.js'
import { crossGroup, slotsWithoutOwner, unknownResult } from '../api/replies.js'
import { isError, type Reply } from '../api/reply.js'
import { wholeName, wholeSpec } from '../api/slot-moves.js'
import { hasBug } from '../base/seeded-bug.js'
import type { CommandEntry } from './command-entry.js'
import { refusesSplit } from './fanout.js'
import { levelAt } from './fences.js'
import { keylessGroups } from './keyless.js'
import { listOf, mergeReplies, pickRandom } from './merge-replies.js'
import type { Session } from './session.js'
import type { RouterState, Run } from './state.js'

interface Command {
  readonly entry: CommandEntry<Run>
  readonly args: readonly string[]
}

/** Milliseconds until all are asked again, at most. */
const againMsMax = 32

export function gatherAll(state: RouterState, session: Session, command: Command): void {
  const { entry } = command
  const groups = groupsOf(state, session, command)
  if (groups.length > 1 && refusesSplit(state, entry)) return session.reply(entry, crossGroup)
  new Whole(state, session, { ...command, groups }).ask()
}

function groupsOf(state: RouterState, session: Session, { entry, args }: Command) {
  const meant = keylessGroups(state.route, { entry, args, db: session.db })
  return session.cluster === null ? meant : ownGroups(state, entry, meant)
}

/** Clients that go by slots ask each member for the keys of its own: together they see each key once. */
function ownGroups(
  { shards, groups }: RouterState,
  entry: CommandEntry<Run>,
  meant: readonly number[],
): readonly number[] {
  if (entry.spec.gather === 'each') return meant
  const isOwn = shards.ownGroups()
  return meant.filter((index) => isOwn(groups[index] as Group))
}

/** What one group answered. */
interface Page {
  readonly group: Group
  /** Hand-overs to and from other shard groups, by these; null where it was not asked. */
  readonly went: ReadonlyMap<number, number> | null
  readonly came: ReadonlyMap<number, number>
  readonly reply: Reply
}

const none: ReadonlyMap<number, number> = new Map()

class Whole {
  readonly #state: RouterState
  readonly #session: Session
  readonly #command: Command
  /** Of this try: shard groups come and go. */
  #groups: readonly number[]
  readonly #ticket: number
  readonly #db: number
  readonly #until: number
  /** What follows could overtake it. */
  readonly #blocks: boolean
  #pages: (Page | null)[] = []
  #open = 0
  #tries = 0
  /** A part took effect, or may have. */
  #happened = false

  constructor(
    state: RouterState,
    session: Session,
    command: Command & { readonly groups: readonly number[] },
  ) {
    this.#state = state
    this.#session = session
    this.#command = command
    this.#groups = command.groups
    this.#db = session.db
    this.#until = state.now.mono + state.config.requestMs
    this.#ticket = session.open(command.entry)
    this.#blocks = command.entry.isWrite && command.groups.length > 1
    if (this.#blocks) session.block()
  }

  ask(): void {
    if (this.#session.isClosed) return
    const groups = this.#isOneTime ? this.#groups : this.#groupsNow()
    this.#groups = groups
    this.#pages = groups.map(() => null)
    this.#open = groups.length
    groups.forEach((index, at) => this.#askOne(index, at))
  }

  /** Each group does it for itself. */
  get #isOneTime(): boolean {
    return this.#command.entry.spec.gather === 'each'
  }

  #groupsNow(): readonly number[] {
    return groupsOf(this.#state, this.#session, this.#command)
  }

  /** No keys may have gone to a group that was not asked. */
  #isAll(pages: readonly Page[]): boolean {
    if (this.#isOneTime) return true
    const now = this.#groupsNow()
    const count = this.#state.route.shardCount
    const isKnown = pages.every(({ went }) => [...(went?.keys() ?? [])].every((to) => to < count))
    return (
      isKnown && now.length === this.#groups.length && now.every((at) => this.#groups.includes(at))
    )
  }

  #askOne(index: number, at: number): void {
    const { entry, args } = this.#command
    const { groups, route } = this.#state
    const session = this.#session
    const group = groups[index] as Group
    const isCompared = route.hasMoved && entry.spec.gather !== 'each' && !route.isRooted(index)
    group.submit(session.lanes.of(index, group), {
      spec: isCompared ? wholeSpec : entry.spec,
      write: entry.isWrite || entry.isScripted,
      scripted: entry.isScripted,
      level: levelAt(this.#state, session, index),
      db: this.#db,
      args: isCompared ? [wholeName, ...args] : args,
      ticket: session.openPart({
        take: (reply) => this.#take(at, pageOf(group, reply, isCompared)),
        refused: () => {
          route.hasMoved = true
          this.#take(at, null)
        },
      }),
    })
  }

  #take(at: number, page: Page | null): void {
    if (page !== null && !(isError(page.reply) && page.reply.definite)) this.#happened = true
    this.#pages[at] = page
    if (--this.#open > 0) {
      if (this.#session.tracking !== null) this.#session.holdPushes(this.#ticket)
      return
    }
    const pages = this.#pages.filter((each) => each !== null)
    const isWhole = pages.length === this.#pages.length
    const isEnd = pages.some(({ reply }) => isError(reply)) || (agree(pages) && this.#isAll(pages))
    if (isWhole && isEnd) {
      return this.#answer(this.#result(pages.map(({ reply }) => reply)))
    }
    const { mono } = this.#state.now
    if (mono >= this.#until) {
      const isUnknown = this.#command.entry.isWrite && this.#happened
      return this.#answer(isUnknown ? unknownResult : slotsWithoutOwner)
    }
    // A group may only have wanted to be asked otherwise.
    const isSoon = this.#tries++ === 0 && !isWhole
    const waitMs = isSoon ? 0 : Math.min(againMsMax, 1 << Math.min(this.#tries, 8))
    this.#state.detours.later(mono, waitMs, () => this.ask())
  }

  #answer(reply: Reply): void {
    this.#session.answer(this.#ticket, reply)
    if (this.#blocks) this.#session.unblock()
  }

  #result(replies: readonly Reply[]): Reply {
    const { entry } = this.#command
    const groups = this.#groups
    const error = replies.find(isError)
    if (error !== undefined) return entry.isWrite && this.#happened ? unknownResult : error
    return entry.spec.gather === 'random'
      ? pickRandom(this.#state, this.#db, groups, replies)
      : mergeReplies(entry.spec.gather, replies)
  }
}

function pageOf(group: Group, given: Reply, isCompared: boolean): Page {
  const list = isCompared ? listOf(given) : []
  if (list.length !== 3) return { group, went: isCompared ? none : null, came: none, reply: given }
  const [went, came, reply] = list
  return { group, went: countsOf(went ?? null), came: countsOf(came ?? null), reply: reply ?? null }
}

function countsOf(reply: Reply): ReadonlyMap<number, number> {
  return new Map(
    listOf(reply).map((pair): [number, number] => {
      const [shard, count] = listOf(pair)
      return [Number(shard), Number(count)]
    }),
  )
}

/** Whether every hand-over is done on both sides, or on none: each key was seen once. */
function agree(pages: readonly Page[]): boolean {
  if (hasBug('move-pages-disagree')) return true
  return pages.every(({ group, went }) =>
    pages.every((other) => {
      if (other.group.keyspace !== group.keyspace || went === null || other.went === null)
        return true
      return (went.get(other.group.shard) ?? 0) === (other.came.get(group.shard) ?? 0)
    }),
  )
}
