// With which list of members a run begins.

import test from 'ava'
import type { MemberId, MemberList } from 'quorate/plugin'
import { firstList, listOf } from '../../../plugins/eventual/list.js'

const self = 1 as MemberId
const members = { voters: [1, 2, 3] as MemberId[], learners: [] }

function listed(epoch: number, seats: readonly number[], era = 0): MemberList {
  const voters = seats.slice(-3) as MemberId[]
  return { era, epoch, seats: seats as MemberId[], voters, learners: [] }
}

test('eventual: lists: a run begins with the latest', (t) => {
  const [old, late] = [listed(5, [1, 2, 3, 4]), listed(7, [1, 2, 3, 4, 5])]
  t.deepEqual(listOf({ self, members }, null), firstList(members))
  t.is(listOf({ self, members, list: late }, null), late)
  t.is(listOf({ self, members, list: late }, old), late)
  t.is(listOf({ self, members, list: old }, late), late)
  // Who came by a file of its own knows the first members by what it is told.
  t.is(listOf({ self, members: { voters: [4] as MemberId[], learners: [] }, list: old }, null), old)
})

test('eventual: lists: a topology that began anew without who came last: a seat does not become another one’s at a start', (t) => {
  const kept = listed(5, [1, 2, 3, 4])
  t.is(listOf({ self, members, list: listed(6, [1, 2, 3, 5], 1) }, kept), kept)
})
