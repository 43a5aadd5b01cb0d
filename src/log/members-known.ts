// Which members somebody goes by, and up to which position of the log it knows of none that came later. Majorities
// of lists that follow each other meet; those of lists further apart do not. So where members that lost something
// are to begin a new era, nobody may found it by a list of which others know that it was left behind.

import { comparePositions, type Position } from '../api/position.js'
import type { Members, RecoveryCause } from '../api/strategy.js'
import type { ByteReader, ByteWriter } from '../base/bytes.js'
import { hasBug } from '../base/seeded-bug.js'
import { readMembers, sameIds, writeMembers } from './members.js'
import { readPosition, writePosition } from './message-codec.js'

export interface MembersKnown {
  readonly members: Members
  readonly at: Position
}

export function writeMembersKnown(writer: ByteWriter, { members, at }: MembersKnown): ByteWriter {
  return writePosition(writeMembers(writer, members), at)
}

/** Null where the bytes hold no members of a known version. */
export function readMembersKnown(reader: ByteReader): MembersKnown | null {
  const members = readMembers(reader)
  const at = readPosition(reader)
  return members === null || !reader.ok ? null : { members, at }
}

/** The newest of all, where that is newer than one's own and others decide by it; else null. */
export function leftBehindBy(
  own: MembersKnown | null | undefined,
  others: Iterable<MembersKnown | null | undefined>,
): Members | null {
  if (own == null) return null
  if (hasBug('raft-founds-by-old-members')) return null
  let newest = own
  for (const other of others)
    if (other != null && comparePositions(other.at, newest.at) > 0) newest = other
  return mayDecide(own.members, newest.members) ? null : newest.members
}

/** Where both sets of voters are known and the new one may stand alone by now, majorities of both are enough. */
function mayDecide(own: Members, { voters, outgoing }: Members): boolean {
  if (!sameIds(own.voters, voters)) return false
  return outgoing === undefined || sameIds(own.outgoing ?? [], outgoing)
}

/** What a hard state holds of members where no log on disk names them. */
interface MembersKept {
  readonly recovering: RecoveryCause | null
  readonly members: Members | null
  readonly membersAt: number
  /** 0 where an older version wrote it. */
  readonly membersTerm: number
}

/** The members that it knew before it lost its log, while that ends at `last` before their place; else null. */
export function keptMembers(kept: MembersKept, last: Position): MembersKnown | null {
  const { recovering, members, membersAt: index, membersTerm: term } = kept
  if (recovering === null || members === null) return null
  const isBehind = term === 0 ? last.index < index : comparePositions(last, { term, index }) < 0
  return isBehind ? { members, at: { term, index } } : null
}
