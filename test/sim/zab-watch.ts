// Watches what a zab member does with epochs and what it says to others, for the invariants that show only
// there: ZB3, ZB6, ZB8, ZB9 and ZB10 of reliability, section 2.1. The probe tells what goes in and out
// of the strategy; the world tells what leaves the member (`spoken`).

import { decodeHardState } from '../../plugins/zab/hard-state.js'
import { decodeMessage } from '../../plugins/zab/codec.js'
import { messageKinds } from '../../plugins/zab/messages.js'
import type { MemberId } from '../../src/api/ids.js'
import type { StrategyStatus } from '../../src/api/strategy.js'
import type { Check, Judge } from './judge.js'
import type { GroupOracle } from './oracle.js'
import { type HardFacts, holds, lastIndex, type LogImage, type Mark, markAt, same } from './seat.js'
import type { Speech, Watch } from './watch.js'

const listened: readonly number[] = (['ack-epoch', 'ack', 'ack-leader', 'take-over'] as const).map(
  (kind) => messageKinds.indexOf(kind),
)

/** Who began which epoch, with which entry, over the whole run of one group. */
export class Epochs {
  readonly #primaries = new Map<number, { readonly member: MemberId; readonly index: number }>()
  readonly #entries = new Map<string, number>()

  /** The member whose entries an epoch has, and the index of its first. */
  of(epoch: number): { readonly member: MemberId; readonly index: number } | undefined {
    return this.#primaries.get(epoch)
  }

  /** True where the entry is new, or as its primary made it. */
  isOf(member: MemberId, index: number, mark: Mark): boolean {
    if (!this.#primaries.has(mark.term)) this.#primaries.set(mark.term, { member, index })
    const key = `${mark.term}/${index}`
    const known = this.#entries.get(key)
    if (known !== undefined) return known === mark.hash
    this.#entries.set(key, mark.hash)
    return this.#primaries.get(mark.term)?.member === member
  }
}

/** Of one life of one member. */
export class ZabWatch implements Watch {
  readonly #self: MemberId
  readonly #judge: Judge
  readonly #oracle: GroupOracle
  readonly #epochs: Epochs
  #kept: HardFacts

  constructor(self: MemberId, of: { judge: Judge; oracle: GroupOracle; epochs: Epochs }) {
    this.#self = self
    this.#judge = of.judge
    this.#oracle = of.oracle
    this.#epochs = of.epochs
    const { durableTerm: term, durableVote: vote, durableEpoch, durable } = of.oracle.seat(self)
    // Without the entry that an epoch begins with, a life begins in the epoch of its last one.
    const epoch = Math.min(durableEpoch, durable.marks.at(-1)?.term ?? durable.base.term)
    this.#kept = { term, vote, epoch, era: 0, recovering: false, forgotten: false }
    this.#restarted()
  }

  /** What a life begins with: the history of its epoch, unless it accepted a later one, whose leader's takes its place. */
  #restarted(): void {
    const { durable, durableEpoch, durableTerm, lost } = this.#oracle.seat(this.#self)
    if (!this.#oracle.hasLogs || lost !== null || durableTerm > durableEpoch) return
    this.#hold(
      this.#isEntered(durable, durableEpoch),
      'epoch-order',
      () =>
        `starts in epoch ${durableEpoch} with a log to ${lastIndex(durable)} that lacks its initial history`,
    )
  }

  /** Whether a log holds the initial history of an epoch: up to the entry that it begins with. */
  #isEntered(log: LogImage, epoch: number): boolean {
    const start = this.#epochs.of(epoch)?.index ?? 0
    const first = markAt(log, start)
    return lastIndex(log) >= start && (first === undefined || first.term === epoch)
  }

  concerns(): boolean {
    return false
  }
  stepped(): void {}
  peerDown(): void {}
  drained(): void {}

  /** Entries go to the disk: each was broadcast by the primary of its epoch, in its order. */
  written(from: number, marks: readonly Mark[]): void {
    marks.forEach((mark, at) => {
      const index = from + at
      this.#hold(
        this.#epochs.isOf(this.#self, index, mark),
        'integrity',
        () => `entry ${mark.term}/${index} is not what the primary of its epoch broadcast`,
      )
    })
  }

  /** A proposal was taken. */
  proposed(status: () => StrategyStatus): void {
    const { term, commit } = status()
    const primary = this.#epochs.of(term)
    this.#hold(
      primary === undefined || commit.index >= primary.index,
      'primary-order',
      () => `broadcasts in epoch ${term} before its initial history is committed`,
    )
  }

  /** A hard state goes to the disk. */
  kept(state: HardFacts): void {
    const old = this.#kept
    this.#kept = state
    const { term, vote, epoch } = state
    this.#hold(term >= old.term, 'monotone', () => `epoch ${term} is accepted after ${old.term}`)
    this.#hold(
      term !== old.term || old.vote === null || vote === old.vote,
      'vote-once',
      () => `epoch ${term} is promised to member ${vote} after ${old.vote}`,
    )
    this.#hold(epoch <= term, 'epoch-order', () => `works in epoch ${epoch}, accepted is ${term}`)
    this.#hold(
      epoch >= old.epoch || state.recovering,
      'monotone',
      () => `epoch ${epoch} is the current one after ${old.epoch}`,
    )
    if (epoch <= old.epoch || !this.#oracle.hasLogs) return
    // As written, this write included: the disk has it whole, and all before it, or does not have it.
    this.#hold(
      this.#isEntered(this.#oracle.seat(this.#self).memory, epoch),
      'epoch-order',
      () => `enters epoch ${epoch} before its initial history is written`,
    )
  }

  told(status: StrategyStatus): void {
    const { illegal = 0 } = status.counters
    this.#hold(illegal === 0, 'illegal', () => `met ${illegal} messages that no member may send`)
  }

  #hold(condition: boolean, check: Check, sentence: () => string): void {
    this.#judge.hold(condition, check, () => `member ${this.#self}: ${sentence()}`)
  }
}

/** Of one group: messages as they leave their members. */
export class ZabSpeech implements Speech {
  readonly #judge: Judge
  readonly #oracle: GroupOracle
  readonly #epochs: Epochs

  constructor(of: { judge: Judge; oracle: GroupOracle; epochs: Epochs }) {
    this.#judge = of.judge
    this.#oracle = of.oracle
    this.#epochs = of.epochs
  }

  spoken(from: MemberId, to: MemberId, bytes: Uint8Array): void {
    if (!listened.includes(bytes[1] ?? -1)) return
    const message = decodeMessage(bytes)
    switch (message?.kind) {
      case 'ack-epoch':
        if (message.promise === 'given') this.#promised(from, to, message.epoch)
        return
      case 'ack':
        if (message.ok) this.#acknowledged(from, to, message)
        return
      case 'ack-leader':
        this.#entered(from, message.epoch)
        return
      case 'take-over':
        this.#handedOver(from, to, message.epoch)
        return
      default:
    }
  }

  /** The promise is on the disk before anybody hears of it. */
  #promised(from: MemberId, to: MemberId, epoch: number): void {
    const { durableTerm, durableVote } = this.#oracle.seat(from)
    this.#hold(
      durableTerm > epoch || (durableTerm === epoch && durableVote === to),
      'vote-durable',
      () =>
        `member ${from} promises epoch ${epoch} to ${to}, durable is epoch ${durableTerm} to ${durableVote}`,
    )
  }

  /** History, then epoch, then the acknowledgement of NEWLEADER. */
  #entered(from: MemberId, epoch: number): void {
    const { durable, durableEpoch } = this.#oracle.seat(from)
    const start = this.#epochs.of(epoch)?.index ?? 0
    this.#hold(
      durableEpoch >= epoch && (!this.#oracle.hasLogs || lastIndex(durable) >= start),
      'epoch-order',
      () =>
        `member ${from} acknowledges NEWLEADER of ${epoch}, durable is epoch ${durableEpoch} and the log to ${lastIndex(durable)} of ${start}`,
    )
  }

  #acknowledged(
    from: MemberId,
    to: MemberId,
    { index, epoch }: { readonly index: number; readonly epoch: number },
  ): void {
    if (!this.#oracle.isStrict) return
    const { durable, durableTerm } = this.#oracle.seat(from)
    const leader = this.#oracle.seat(to)
    const mine = markAt(durable, index)
    const isLeading = leader.role === 'leader' && leader.term === epoch
    const theirs = isLeading ? markAt(leader.memory, index) : undefined
    const isEqual = mine === undefined || theirs === undefined || same(mine, theirs)
    this.#hold(
      durableTerm >= epoch && lastIndex(durable) >= index && isEqual,
      'vote-durable',
      () => `member ${from} acknowledges index ${index} in epoch ${epoch} before it is durable`,
    )
  }

  #handedOver(from: MemberId, to: MemberId, epoch: number): void {
    const { memory } = this.#oracle.seat(from)
    const target = this.#oracle.seat(to)
    const index = lastIndex(memory)
    const last = markAt(memory, index)
    if (target.term > epoch || last === undefined) return
    const isHeld =
      holds(target.durable, index, last) ||
      (target.lost !== null && holds(target.lost, index, last))
    this.#hold(
      isHeld,
      'transfer',
      () => `member ${from} hands over to member ${to}, which lacks index ${index}`,
    )
  }

  #hold(condition: boolean, check: Check, sentence: () => string): void {
    this.#judge.hold(condition, check, sentence)
  }
}

/** Zeros for a member of which nothing was ever kept. */
export function zabFacts(state: Uint8Array | null): HardFacts {
  const hard = decodeHardState(state)
  const { acceptedEpoch: term, promisedTo: vote, currentEpoch: epoch, era } = hard
  const recovering = hard.recovering !== null
  return { term, vote, epoch, era, recovering, forgotten: hard.promisesForgotten }
}
