// Removes what replicas of merging groups still hold of slots that are another group's: after a hand-over, and after an
// attempt that came to nothing. An ordinary removal, by one member of the group, once all of them go by a topology in
// which the slots are not theirs: until then somebody may still read them there.

import { type Group, makeLane } from '../api/group.js'
import type { MemberId, Now } from '../api/ids.js'
import type { Reply } from '../api/reply.js'
import { holdersOf } from '../api/roster.js'
import { encodeRuns, runsOf, slotCall } from '../api/slot-moves.js'
import type { Topology } from '../api/topology.js'
import { slotCount } from '../base/keyslot.js'
import { hasBug } from '../base/seeded-bug.js'
import { handSteps } from '../shard/hand-calls.js'
import { Shard } from '../shard/shard.js'
import { Answers, type HandAnswer, type HandQuestion } from './hand-notes.js'

export interface SweeperInit {
  readonly self: MemberId
  readonly ask: (member: MemberId, question: HandQuestion) => void
  readonly isConnected: (member: MemberId) => boolean
  readonly topology: () => Topology
}

/** Milliseconds between two looks: while something is left behind, and else. */
const soonMs = 100
const lateMs = 1_000
/** Slots of one call. */
const slotsMax = 256

/** Stands for an attempt in questions that belong to none. */
const noAttempt = -1

/** Of one replica. */
interface Sweep {
  readonly answers: Answers
  isOpen: boolean
}

export class Sweeper {
  readonly #init: SweeperInit
  readonly #of = new Map<Shard, Sweep>()
  #lookAt = Number.POSITIVE_INFINITY
  #round = 0

  constructor(init: SweeperInit) {
    this.#init = init
  }

  /** There are groups with slots that are others'. */
  begin(): void {
    if (this.#lookAt === Number.POSITIVE_INFINITY) this.#lookAt = 0
  }

  turn({ mono }: Now, groupsOf: () => readonly Group[]): void {
    if (mono < this.#lookAt) return
    const groups = groupsOf()
    let isLeft = false
    for (const group of groups) {
      if (group instanceof Shard && this.#isTurn(group)) isLeft = this.#sweep(group) || isLeft
    }
    const nextMs = isLeft ? soonMs : lateMs
    this.#lookAt = groups.length === 0 ? Number.POSITIVE_INFINITY : mono + nextMs
  }

  wakeAt(): number {
    return this.#lookAt
  }

  heard(from: MemberId, answer: HandAnswer): void {
    if (answer.attempt !== noAttempt) return
    for (const { answers } of this.#of.values()) answers.take(from, answer)
  }

  #membersOf(shard: number): readonly MemberId[] {
    return this.#init.topology().shards[shard]?.members ?? []
  }

  #isTurn({ shard }: Shard): boolean {
    const { self, isConnected } = this.#init
    return this.#membersOf(shard).find((id) => isConnected(id)) === self
  }

  /** True where there is something left. */
  #sweep(shard: Shard): boolean {
    const { ownership, engine, isBetweenEntries } = shard.executor
    const { state } = ownership
    const { merging, moving } = engine
    if (merging === undefined || moving === undefined || !isBetweenEntries) return true
    if (state.importing !== null || hasBug('move-unswept')) return true
    const slots: number[] = []
    for (
      let slot = merging.nextSlot(0);
      slots.length < slotsMax;
      slot = merging.nextSlot(slot + 1)
    ) {
      if (slot >= slotCount) break
      if (ownership.lacks(slot) && moving.count(slot) > 0) slots.push(slot)
    }
    if (slots.length === 0) {
      this.#of.delete(shard)
      return false
    }
    const sweep = this.#of.get(shard) ?? { answers: new Answers(), isOpen: false }
    this.#of.set(shard, sweep)
    if (sweep.isOpen) return true
    if (this.#knowsAll(shard, sweep)) this.#remove(shard, sweep, slots)
    return true
  }

  /** All members of the group go by this topology, or a later one. */
  #knowsAll({ keyspace, shard }: Shard, { answers }: Sweep): boolean {
    const { era, epoch } = this.#init.topology()
    const isKnown = (id: MemberId): boolean => {
      const answer = answers.of(id)
      return answer !== undefined && answer.era === era && answer.epoch >= epoch
    }
    // Who is on its way out may still be read there.
    const all = holdersOf(this.#init.topology(), shard)
    if (all.every(isKnown)) return true
    // What was answered stays true: it may come later than the next look.
    const question = answers.question ?? {
      ...{ keyspace, from: shard, to: shard },
      ...{ attempt: noAttempt, round: ++this.#round },
    }
    if (answers.question === null) answers.ask(question)
    for (const member of all) this.#init.ask(member, question)
    return false
  }

  #remove(shard: Shard, sweep: Sweep, slots: readonly number[]): void {
    sweep.isOpen = true
    const lane = makeLane({
      answer: (_: number, _reply: Reply) => {
        sweep.isOpen = false
      },
    })
    shard.submit(lane, slotCall([handSteps.sweep, '0', encodeRuns(runsOf(slots))]))
  }
}
