// Lists of members that a group follows: which is later, what may follow what, and their bytes.

import {
  type ByteReader,
  type ByteWriter,
  hasBug,
  type MemberId,
  type MemberList,
  type Members,
  seatsMax,
  type StrategyInit,
} from 'quorate/plugin'

/** Of a list: greater ones are later. */
export type Version = Pick<MemberList, 'era' | 'epoch'>

/** Of the list that a group begins with. */
export const firstVersion: Version = { era: 0, epoch: 0 }

export function isLater(one: Version, other: Version): boolean {
  return one.era > other.era || (one.era === other.era && one.epoch > other.epoch)
}

export function firstList({ voters, learners }: Members): MemberList {
  const seats = [...voters, ...learners].sort((a, b) => a - b)
  return { ...firstVersion, seats, voters, learners }
}

export function isOn({ voters, learners }: MemberList, id: MemberId): boolean {
  return voters.includes(id) || learners.includes(id)
}

/** The latest that is known when a run begins. No seat of the one on the disk is another member's now: as in `follow`. */
export function listOf({ members, list }: ListInit, kept: MemberList | null): MemberList {
  const found = kept ?? firstList(members)
  if (list == null || !isLater(list, found)) return found
  return kept === null || mayFollow(kept, list) ? list : kept
}

/** It was no member by what its disk says, and is one now: it has nothing of the group yet. */
export function isAdded(
  { self, members }: ListInit,
  kept: MemberList | null,
  list: MemberList,
): boolean {
  if (hasBug('eventual-added-writes-at-once')) return false
  return !isOn(kept ?? firstList(members), self) && isOn(list, self)
}

type ListInit = Pick<StrategyInit, 'self' | 'members' | 'list'>

/** Whether a later list keeps the seats of one before, and makes sense for itself. */
export function mayFollow(before: MemberList, list: MemberList): boolean {
  const { seats, voters, learners } = list
  const named = [...voters, ...learners]
  return (
    seats.length <= seatsMax &&
    new Set(seats).size === seats.length &&
    new Set(named).size === named.length &&
    named.every((id) => seats.includes(id)) &&
    voters.length > 0 &&
    before.seats.every((id, seat) => seats[seat] === id)
  )
}

export function writeVersion(writer: ByteWriter, { era, epoch }: Version): ByteWriter {
  return writer.varint(era).varint(epoch)
}

export function readVersion(reader: ByteReader): Version {
  return { era: reader.varint(), epoch: reader.varint() }
}

export function writeList(writer: ByteWriter, list: MemberList): ByteWriter {
  writeVersion(writer, list)
  for (const ids of [list.seats, list.voters, list.learners]) {
    writer.varint(ids.length)
    for (const id of ids) writer.varint(id)
  }
  return writer
}

/** Null for bytes that are none. */
export function readList(reader: ByteReader): MemberList | null {
  const version = readVersion(reader)
  const seats = readIds(reader)
  const voters = readIds(reader)
  const learners = readIds(reader)
  const list = { ...version, seats, voters, learners }
  const isSane = reader.ok && mayFollow({ ...list, seats: [] }, list)
  return isSane ? list : null
}

function readIds(reader: ByteReader): MemberId[] {
  const count = reader.varint()
  const ids: MemberId[] = []
  for (let i = 0; i < count && i <= seatsMax && reader.ok; i++)
    ids.push(reader.varint() as MemberId)
  return ids
}
