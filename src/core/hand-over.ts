// Drives hand-overs of slots between two groups of a keyspace whose members merge, at one member of the group that they
// leave. Nothing is decided here: an attempt begins, is given up or is committed in the topology, and whoever drives next
// begins anew, under another number. In order:
// 1. all members of both groups are there, else it waits;
// 2. the attempt stands in the topology, and every member says that it goes by it: no write of these slots is executed
//    at the source any more, none that an earlier attempt brought at the target;
// 3. all that was made until then is with everybody: what is read here is final;
// 4. the target removes what it still has of the slots, and takes the copies, as ordinary writes;
// 5. all members of the target hold the copies, and anything that they make from now on has seen them;
// 6. the attempt is committed.

import type { Group } from '../api/group.js'
import type { MemberId, Now } from '../api/ids.js'
import {
  handBegun,
  handCancelled,
  handCommitted,
  handsOf,
  leavingOf,
  ownersIn,
  splitMove,
} from '../api/slot-hands.js'
import type { MoveProgress } from '../api/move-progress.js'
import type { SlotHand, SlotMove, Topology } from '../api/topology.js'
import { hasBug } from '../base/seeded-bug.js'
import type { Shard } from '../shard/shard.js'
import { Carrier } from './carrier.js'
import { Answers, type HandAnswer, type HandQuestion } from './hand-notes.js'
import type { TopologyGroup } from './topology-group.js'

export interface HandOverInit {
  readonly self: MemberId
  readonly keyspace: string
  readonly source: Shard
  readonly target: Group
  readonly databases: number
  readonly topology: TopologyGroup
  /** To a member, or to this one. */
  readonly ask: (member: MemberId, question: HandQuestion) => void
  readonly isConnected: (member: MemberId) => boolean
  /** The topology that this member knows, to a member that may not know it yet. */
  readonly spread: (member: MemberId) => void
}

/** Milliseconds between two looks at what is awaited, and between two questions. */
const lookMs = 10
const askMs = 20
/** Milliseconds for which members may be silent before an attempt, and within one: then it is given up. */
const nearMs = 300
const closingMs = 1_500
const settlingMs = 5_000
/** Milliseconds from the last answers to the word that commits them. */
const freshMs = 1_000
/** Milliseconds after a failure, at most after many: writes wait in each attempt. And for which another driver may be silent. */
const againMs = 300
const againMsMax = 5_000
const silentMs = 1_500

/** What members said. */
type Closed = ReadonlyMap<MemberId, HandAnswer | undefined>
type Work<T = void> = Generator<number, T, void>

export class HandOver {
  readonly #init: HandOverInit
  readonly #answers = new Answers()
  readonly #carrier: Carrier
  #work: Work | null = null
  #now: Now = { wall: 0, mono: 0 }
  #lookAt = 0
  #hasNews = false
  #move: SlotMove | null = null
  #round = 0
  #askedAt = 0
  /** Attempts in a row that came to nothing. */
  #failures = 0
  /** The attempt that this run of the member began. */
  #own = 0
  /** Why it does not go on, or empty. */
  why = ''

  constructor(init: HandOverInit) {
    this.#init = init
    const news = (): void => {
      this.#hasNews = true
    }
    this.#carrier = new Carrier({ ...init, news })
  }

  turn(now: Now, move: SlotMove): void {
    this.#now = now
    this.#move = move
    if (!this.#hasNews && now.mono < this.#lookAt) return
    this.#hasNews = false
    this.#work ??= this.#drive()
    const next = this.#work.next()
    if (next.done === true) this.#work = null
    this.#lookAt = now.mono + (next.done === true ? lookMs : next.value)
  }

  /** Monotonic milliseconds. */
  wakeAt(): number {
    return this.#hasNews ? 0 : this.#lookAt
  }

  heard(from: MemberId, answer: HandAnswer): void {
    if (this.#answers.take(from, answer)) this.#hasNews = true
  }

  get progress(): MoveProgress | null {
    return this.#carrier.progress
  }

  get #topology(): Topology {
    return this.#init.topology.topology
  }

  #membersOf(shard: number): readonly MemberId[] {
    return this.#topology.shards[shard]?.members ?? []
  }

  get #all(): readonly MemberId[] {
    const { from, to } = this.#move as SlotMove
    return [...new Set([...this.#membersOf(from), ...this.#membersOf(to)])]
  }

  /** How many members of the source come before this one. */
  get #rank(): number {
    const { self, isConnected } = this.#init
    const { from } = this.#move as SlotMove
    return this.#membersOf(from).filter((id) => id < self && isConnected(id)).length
  }

  *#drive(): Work {
    const { keyspace } = this.#init
    const move = this.#move as SlotMove
    const { hand } = handsOf(this.#topology, keyspace)
    if (hand !== null) return yield* this.#standBy(hand)
    const { left } = splitMove(this.#topology, move, keyspace)
    if (move.isCancelled || left.length === 0) {
      yield againMs
      return
    }
    // One begins; where it does not, the next one does.
    const { epoch } = this.#topology
    for (let until = this.#now.mono + this.#rank * silentMs; this.#now.mono < until; ) {
      yield lookMs
      if (this.#topology.epoch !== epoch) return
    }
    if (!(yield* this.#allNear())) return
    const slots = yield* this.#carrier.batchOf(left)
    const asked = { id: move.id, keyspace, by: this.#init.self, slots }
    yield* this.#change((topology) => handBegun(topology, asked))
    const begun = handsOf(this.#topology, keyspace).hand
    if (begun?.by !== this.#init.self) return
    this.#own = begun.attempt
    const isDone = yield* this.#attempt(begun)
    if (!isDone) {
      yield* this.#change((topology) => handCancelled(topology, keyspace, begun.attempt))
    }
    for (const member of this.#all) this.#init.spread(member)
    if (isDone) this.#failures = 0
    else yield* this.#pause(Math.min(againMs << Math.min(this.#failures++, 8), againMsMax))
  }

  *#pause(ms: number): Work {
    for (const until = this.#now.mono + ms; this.#now.mono < until; ) yield until - this.#now.mono
  }

  /** Somebody else drives it, or this member did in an earlier life. */
  *#standBy({ attempt, by }: SlotHand): Work {
    const { keyspace, self, isConnected } = this.#init
    const isOver = (): boolean => !this.#isHand(attempt)
    const until = this.#now.mono + 4 * settlingMs
    for (let silent = this.#now.mono; !isOver(); ) {
      if (isConnected(by)) silent = this.#now.mono
      const patience = by === self ? 0 : silentMs * (1 + this.#rank)
      const isAlive = by === self ? this.#own === attempt : this.#now.mono - silent < patience
      if (!isAlive || this.#now.mono > until) {
        yield* this.#change((topology) => handCancelled(topology, keyspace, attempt))
        return
      }
      yield 5 * lookMs
    }
  }

  /** True once all members of both groups say that they are fit. */
  *#allNear(): Work<boolean> {
    const { from, to } = this.#move as SlotMove
    const leaving = leavingOf(this.#topology, [from, to])
    if (leaving.length > 0) {
      this.why = `waits until member ${leaving.join(', ')} is out of its shard groups`
      yield againMs
      return false
    }
    this.#ask(0)
    const isNear = (id: MemberId): boolean => isFit(this.#answers.of(id))
    for (const until = this.#now.mono + nearMs; !this.#all.every(isNear); ) {
      if (this.#now.mono >= until) {
        const absent = this.#all.filter((id) => !isNear(id))
        this.why = `waits for members ${absent.join(', ')}: slots of a keyspace whose members merge move while all of both groups are there`
        yield againMs
        return false
      }
      yield lookMs
      this.#askAgain()
    }
    this.why = ''
    return true
  }

  *#attempt(hand: SlotHand): Work<boolean> {
    const { attempt, to, slots } = hand
    const { source, keyspace } = this.#init
    const isOpen = (): boolean => this.#isHand(attempt) && this.#move?.isCancelled !== true
    for (const member of this.#all) this.#init.spread(member)
    const closed = yield* this.#allClosed(attempt)
    if (closed === null) return this.#fail('not all members heard of it')
    // What was made before they closed is here, and nothing of it comes any more.
    const [last, lastThere] = [madeOf(closed, 'source'), madeOf(closed, 'target')]
    const isFinal = (): boolean =>
      ((source.status()?.stamps?.stable ?? 0) >= last && this.#isStable(to, lastThere)) ||
      hasBug('move-copies-early') ||
      hasBug('move-not-closed-by-all') ||
      hasBug('move-commits-early')
    if (!(yield* this.#until(isFinal, isOpen))) return this.#fail('not all is with everybody')
    if (!(yield* this.#carrier.sweep(attempt, slots)))
      return this.#fail(`shard group ${to} does not take slots`)
    const failure = yield* this.#carrier.copy(attempt, slots, isOpen)
    if (failure !== '') return this.#fail(failure)
    if (!(yield* this.#carrier.seal(attempt)))
      return this.#fail(`shard group ${to} did not take slots`)
    const held = hasBug('move-commits-early') ? closed : yield* this.#allClosed(attempt)
    if (held === null) return this.#fail('not all members are there any more')
    const isSame = this.#all.every((id) => lifeIn(held, id) === lifeIn(closed, id))
    if (!isSame) return this.#fail('a member began anew')
    const brought = madeOf(held, 'target')
    const isHeld = (): boolean => this.#isStable(to, brought) || hasBug('move-commits-early')
    if (!(yield* this.#until(isHeld, isOpen))) return this.#fail('not all hold the copies')
    const until = this.#now.mono + freshMs
    yield* this.#change((topology) =>
      this.#now.mono > until ? null : handCommitted(topology, keyspace, attempt),
    )
    const owners = ownersIn(this.#topology, keyspace)
    // Others may have given it up, at last.
    if (slots.some(([slot]) => owners[slot] !== to)) return this.#fail('it was given up')
    this.why = ''
    return true
  }

  #fail(why: string): false {
    this.why = why
    return false
  }

  /** What all members said once they went by the attempt; null where one does not in time. */
  *#allClosed(attempt: number): Work<Closed | null> {
    this.#ask(attempt)
    const all = this.#all
    const isClosed = (id: MemberId): boolean => {
      const answer = this.#answers.of(id)
      return isFit(answer) && (answer.isClosed || hasBug('move-not-closed-by-all'))
    }
    for (const until = this.#now.mono + closingMs; !all.every(isClosed); ) {
      if (this.#now.mono >= until || !this.#isHand(attempt)) return null
      yield lookMs
      this.#askAgain()
    }
    return new Map(all.flatMap((id) => [[id, this.#answers.of(id)] as const]))
  }

  #isHand(attempt: number): boolean {
    return handsOf(this.#topology, this.#init.keyspace).hand?.attempt === attempt
  }

  /** Every replica of the target holds all up to a stamp. */
  #isStable(shard: number, stamp: number): boolean {
    return this.#membersOf(shard).every(
      (id) => (this.#answers.of(id)?.target?.stable ?? 0) >= stamp,
    )
  }

  *#until(isDone: () => boolean, isOpen: () => boolean): Work<boolean> {
    for (const until = this.#now.mono + settlingMs; !isDone(); ) {
      if (this.#now.mono >= until || !isOpen()) return false
      yield lookMs
      this.#askAgain()
    }
    return isOpen()
  }

  *#change(edit: (topology: Topology) => Topology | null): Work {
    let isDone = false
    this.#init.topology.change('', edit, () => {
      isDone = true
      this.#hasNews = true
    })
    while (!isDone) yield lookMs
  }

  #ask(attempt: number): void {
    const { from, to } = this.#move as SlotMove
    this.#answers.ask({ keyspace: this.#init.keyspace, from, to, attempt, round: ++this.#round })
    this.#askedAt = Number.NEGATIVE_INFINITY
    this.#askAgain()
  }

  #askAgain(): void {
    const { question } = this.#answers
    if (question === null || this.#now.mono - this.#askedAt < askMs) return
    this.#askedAt = this.#now.mono
    for (const member of this.#all) this.#init.ask(member, question)
  }
}

/** Of a member whose replicas are fit. */
function isFit(answer: HandAnswer | undefined): answer is HandAnswer {
  return answer !== undefined && answer.source !== null && answer.target !== null
}

function madeOf(answers: Closed, side: 'source' | 'target'): number {
  let most = 0
  for (const answer of answers.values()) most = Math.max(most, answer?.[side]?.made ?? 0)
  return most
}

function lifeIn(answers: Closed, member: MemberId): number {
  return answers.get(member)?.life ?? 0
}
