// The members of a group as its log has them: the entry that carries them, what a change makes of them, and which
// of them an index of the log belongs to. A list takes effect once its entry is in the log and goes with it
// when the log is truncated (Raft 6). While `outgoing` is set, the group is between two sets of voters.

import {
  afterHead,
  encodePlainHead,
  entryKinds,
  entryVersion,
  type LogEntry,
  type Payload,
  payloadOf,
} from '../api/entry.js'
import type { MemberId } from '../api/ids.js'
import type { MemberChange, Members, Refusal } from '../api/strategy.js'
import { assert } from '../base/assert.js'
import { type ByteReader, ByteWriter } from '../base/bytes.js'
import type { Progress } from './progress.js'
import { isMajority } from './quorum.js'
import type { Tail } from './tail.js'

const membersVersion = 1

export function writeMembers(writer: ByteWriter, members: Members): ByteWriter {
  writer.byte(membersVersion)
  for (const ids of [members.voters, members.learners, members.outgoing ?? []]) {
    writer.varint(ids.length)
    for (const id of ids) writer.varint(id)
  }
  return writer
}

/** Null where the bytes are none of a known version. */
export function readMembers(reader: ByteReader): Members | null {
  const version = reader.byte()
  const voters = readIds(reader)
  const learners = readIds(reader)
  const outgoing = readIds(reader)
  if (!reader.ok || version !== membersVersion || voters.length === 0) return null
  return outgoing.length === 0 ? { voters, learners } : { voters, learners, outgoing }
}

function readIds(reader: ByteReader): MemberId[] {
  const count = reader.varint()
  const ids: MemberId[] = []
  for (let i = 0; i < count && reader.ok; i++) ids.push(reader.varint() as MemberId)
  return ids
}

/** What an entry that makes these the members carries. */
export function memberPayload(members: Members): Payload {
  const writer = new ByteWriter(64)
  encodePlainHead(writer, entryKinds.member)
  return payloadOf(writeMembers(writer, members).finish())
}

/** The members that an entry names; null for an entry of another kind. */
export function membersOf(payload: Payload): Members | null {
  const bytes = payload.bytes()
  if (bytes[1] !== entryKinds.member || bytes[0] !== entryVersion) return null
  const reader = afterHead(bytes)
  const members = readMembers(reader)
  return reader.left === 0 ? members : null
}

/** All that may vote: where a change of voters is open, those of both sets. */
export function votersOf({ voters, outgoing }: Members): readonly MemberId[] {
  if (outgoing === undefined) return voters
  return [...voters, ...outgoing.filter((id) => !voters.includes(id))]
}

export function isMemberOf(members: Members, id: MemberId): boolean {
  const { voters, learners, outgoing } = members
  return voters.includes(id) || learners.includes(id) || outgoing?.includes(id) === true
}

/** Whether those for which this holds can decide: a majority, of both sets where there are two. */
export function decides({ voters, outgoing }: Members, holds: (id: MemberId) => boolean): boolean {
  return isMajority(voters, holds) && (outgoing === undefined || isMajority(outgoing, holds))
}

/** Equal sets of ids. */
export function sameIds(a: readonly MemberId[], b: readonly MemberId[]): boolean {
  return a.length === b.length && a.every((id) => b.includes(id))
}

export function areSameMembers(a: Members, b: Members): boolean {
  if (!sameIds(a.voters, b.voters) || !sameIds(a.learners, b.learners)) return false
  return sameIds(a.outgoing ?? [], b.outgoing ?? [])
}

/** The members behind a change; null where it names who is not there, is there already, or twice, or leaves no voter. */
export function changedMembers(
  { voters, learners }: Members,
  change: MemberChange,
): Members | null {
  const { add, remove, promote } = change
  const named = [...add, ...remove, ...promote]
  const isPresent = (id: MemberId): boolean => voters.includes(id) || learners.includes(id)
  if (named.length === 0 || new Set(named).size < named.length) return null
  if (!named.every((id) => Number.isSafeInteger(id) && id > 0)) return null
  if (add.some(isPresent) || !remove.every(isPresent)) return null
  if (!promote.every((id) => learners.includes(id))) return null
  const stays = (id: MemberId): boolean => !remove.includes(id)
  const kept = learners.filter((id) => stays(id) && !promote.includes(id))
  const next = { voters: [...voters.filter(stays), ...promote], learners: [...kept, ...add] }
  return next.voters.length === 0 ? null : next
}

/** How members stand, as their leader sees it. */
interface Fitness {
  readonly self: MemberId
  /** Last index of the leader's log. */
  readonly last: number
  /** Who was not heard since then, in monotonic milliseconds, does not count. */
  readonly since: number
  readonly progress: ReadonlyMap<MemberId, Progress>
}

/** A learner that lacks more entries than this is not promoted: a majority might have to wait for it. */
const promoteLagMax = 1_024

/** It was heard lately, and holds all that it acknowledged. */
function isWell({ self, since, progress }: Fitness, id: MemberId): boolean {
  const peer = progress.get(id)
  return peer === undefined ? id === self : !peer.recovering && peer.activeAt >= since
}

function isCaughtUp(fitness: Fitness, id: MemberId): boolean {
  const peer = fitness.progress.get(id)
  if (peer === undefined || peer.state === 'snapshot' || !isWell(fitness, id)) return false
  return peer.match + promoteLagMax >= fitness.last && peer.match > 0
}

interface MembersAt {
  readonly index: number
  readonly members: Members
}

/** The lists of members along one log. */
export class MemberLog {
  /** In order; the first is that of the log's base, or of an entry that was cut. */
  #lists: MembersAt[]
  #ofBase: MembersAt | null

  /** `ofBase`: the list of the base where that is another one than it goes by, as it lost the log that had that. */
  constructor(base: number, members: Members, ofBase = members) {
    this.#lists = [{ index: base, members }]
    this.#ofBase = areSameMembers(members, ofBase) ? null : { index: base, members: ofBase }
  }

  /** What a log that is refilled goes on from: the lists that were known before may be of no history. */
  get ofBase(): MembersAt | null {
    return this.#ofBase
  }

  /** The newest list. */
  get current(): Members {
    return (this.#lists[this.#lists.length - 1] as MembersAt).members
  }

  /** The index of the entry that holds the newest list. */
  get at(): number {
    return (this.#lists[this.#lists.length - 1] as MembersAt).index
  }

  /** The list in force at an index, from the base on. */
  asOf(index: number): Members {
    for (let i = this.#lists.length - 1; i > 0; i--) {
      const list = this.#lists[i] as MembersAt
      if (list.index <= index) return list.members
    }
    return (this.#lists[0] as MembersAt).members
  }

  /** What a leader is to append for a change: with both sets of voters where these differ. No other one is open. */
  next(change: MemberChange, fitness: Fitness): Members | Refusal {
    const { current } = this
    const next = changedMembers(current, change)
    if (next === null) return { reason: 'invalid' }
    if (!change.promote.every((id) => isCaughtUp(fitness, id))) return { reason: 'busy' }
    // Nothing would be decided, and who lost something could not be refilled.
    if (!isMajority(next.voters, (id) => isWell(fitness, id))) return { reason: 'busy' }
    return sameIds(next.voters, current.voters) ? next : { ...next, outgoing: current.voters }
  }

  /** The list before the newest; null where that is known to be committed, as `commit` has reached it. */
  before(commit: number): Members | null {
    const before = this.#lists[this.#lists.length - 2]
    // A change is not begun before the one before it is committed.
    return before === undefined || commit >= this.at ? null : before.members
  }

  /** Lists among entries that are in the log take effect at once: `took` is called behind each. */
  noteAll(
    entries: readonly LogEntry[],
    tail: Pick<Tail, 'termAt' | 'base'>,
    took: () => void,
  ): void {
    for (const { term, index, payload } of entries) {
      if (index <= this.at || tail.termAt(index) !== term) continue
      const members = membersOf(payload)
      if (members === null || index <= tail.base.index) continue
      this.note(index, members)
      took()
    }
  }

  /** An entry with members is in the log at `index`. One that is known already changes nothing. */
  note(index: number, members: Members): void {
    if (index > this.at) this.#lists.push({ index, members })
  }

  /** Entries behind `after` are gone; true where members went with them. */
  truncate(after: number): boolean {
    const before = this.#lists.length
    while (this.#lists.length > 1 && this.at > after) this.#lists.pop()
    return this.#lists.length < before
  }

  /** Entries up to `to` may be gone from the log: nobody asks for what was before. */
  cut(to: number): void {
    while (this.#lists.length > 1 && (this.#lists[1] as MembersAt).index <= to) {
      this.#lists.shift()
      this.#ofBase = null
    }
  }

  /**
   * A snapshot at `index` has these members; `stays`: the entries behind it are still in the log. True where the newest
   * list is another one now.
   */
  install(index: number, members: Members, stays: boolean): boolean {
    const before = this.current
    const later = stays ? this.#lists.filter((list) => list.index > index) : []
    this.#lists = [{ index, members }, ...later]
    this.#ofBase = null
    assert(this.at >= index, 'lists of members stand in order')
    return !areSameMembers(before, this.current)
  }
}
