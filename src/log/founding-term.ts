// The term in which a member begins an era where terms may have been forgotten.
//
// Terms that are led already must not be founded, but who lost its disk forgot those that it knew, and nobody
// else may be there that knows them: more than elections can have reached since. Nor can one vote for each term
// be relied on then: a voter may lose its disk between two such elections. So a term that is founded belongs to one
// member, by its id: lists of voters differ, and who begins an era may not be in its own. One member, should it
// forget that it did, hardly founds the same term again, nor do two whose ids are 1,024 apart.

import type { MemberId } from '../api/ids.js'
import type { Members } from '../api/strategy.js'
import type { Random } from '../base/random.js'
import { hasBug } from '../base/seeded-bug.js'
import { votersOf } from './members.js'

/** Terms that a member may have known before it lost its disk, beyond those that the others know. */
const forgottenTermsMax = 0x100000
/** Terms among which a founder chooses. */
const leapsMax = 0x10000
/** One term in so many is a member's own. No more: terms are to stay small integers, which cost no memory. */
const seats = 0x400

interface Founder {
  readonly self: MemberId
  readonly members: Members
  readonly random: Random
}

/** A term beyond those that anybody may have forgotten. */
export function leapingTerm(known: number, { self, members, random }: Founder): number {
  const isByList = hasBug('raft-founds-in-seat-of-list')
  const voters = votersOf(members)
  const count = isByList ? voters.length : seats
  const seat = isByList ? voters.indexOf(self) : self % seats
  const beyond = known + forgottenTermsMax + (random.uint32() % leapsMax) * count
  return beyond + count - (beyond % count) + seat
}
