// Groups that lost too many, without a strategy: in which term an era is begun.

import test from 'ava'
import type { MemberId } from '../../src/api/ids.js'
import type { Members } from '../../src/api/strategy.js'
import { hashZero } from '../../src/base/hash.js'
import { Random } from '../../src/base/random.js'
import { plantBug } from '../../src/base/seeded-bug.js'
import { type LossMember, Losses } from '../../src/log/losses.js'
import { ReplicaLog } from '../../src/log/replica-log.js'

/** The term in which this member begins an era that it has to begin: the others forgot all. */
function foundingTerm(
  self: number,
  members: Members,
  { leap, membersBefore = null }: { leap: number; membersBefore?: Members | null },
): number {
  const base = { term: 7, index: 9 }
  const log = new ReplicaLog({
    ...{ base, baseChain: hashZero, entries: [], tailBytes: 1_000 },
    ...{ durability: 'none', isAlone: false, drop: () => {} },
  })
  const random = new Random(1)
  random.uint32 = () => leap
  let mono = 1_000
  const member: LossMember = {
    ...{ self: self as MemberId, members, membersBefore, log, random },
    ...{ durability: 'none', recoverWaitMs: 500, recovering: 'disk-lost', era: 1 },
    ...{ isVoter: members.voters.includes(self as MemberId), diskShort: false, isEligible: true },
    get mono() {
      return mono
    },
    otherVoters: () => members.voters.filter((id) => id !== self),
  }
  const asked: [MemberId, number][] = []
  let founded = 0
  const losses = new Losses(
    member,
    {
      ...{ pollMs: 10, answerMs: 100, silentMs: 500 },
      isLeading: () => false,
      isInstalling: () => false,
      leader: () => null,
      term: () => 7,
      votesForgotten: () => true,
      survey: (to, nonce) => asked.push([to, nonce]),
      askTarget: () => 1,
      takeTerm: () => {},
      rememberVotes: () => {},
      force: (term) => {
        founded = term
      },
    },
    false,
  )
  for (; founded === 0 && mono < 5_000; mono += 10) {
    losses.tick()
    for (const [from, nonce] of asked.splice(0)) {
      const last = { term: 0, index: 0 }
      losses.onReport(from, nonce, { life: from, cause: 'disk-lost', term: 7, era: 1, last })
    }
  }
  return founded
}

test.serial(
  'losses: who is in no list of voters any more, and who goes by another list: each begins an era in a term of its own',
  (t) => {
    t.teardown(() => plantBug(''))
    const listOf = (...ids: number[]): Members => ({ voters: ids as MemberId[], learners: [] })
    const [now, membersBefore] = [listOf(1, 2, 3), listOf(1, 2, 3, 4, 5)]
    const outside = { leap: 6, membersBefore }
    const terms = (): number[] => [
      foundingTerm(3, now, { leap: 5 }),
      foundingTerm(4, now, outside),
      foundingTerm(5, now, outside),
      foundingTerm(2, listOf(1, 2, 3, 4), { leap: 5 }),
      foundingTerm(1, listOf(2, 1), { leap: 5 }),
    ]

    const own = terms()
    t.true(own.every((term) => term > 0x100000 && term < 2 ** 31))
    t.is(new Set(own).size, own.length)
    t.deepEqual(
      own.map((term) => term % 0x400),
      [3, 4, 5, 2, 1],
    )

    plantBug('raft-founds-in-seat-of-list')
    const [third, fourth, fifth] = terms()
    t.deepEqual([fourth, fifth], [third, third])
  },
)
