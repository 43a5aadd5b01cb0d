// Lists of members along a log, and what a change makes of one.

import test from 'ava'
import type { MemberId } from '../../src/api/ids.js'
import type { Members } from '../../src/api/strategy.js'
import { payloadOf } from '../../src/api/entry.js'
import {
  changedMembers,
  decides,
  isMemberOf,
  MemberLog,
  memberPayload,
  membersOf,
  votersOf,
} from '../../src/log/members.js'
import { noopPayload } from '../../src/log/noop.js'

const ids = (...given: number[]): MemberId[] => given as MemberId[]
const plain: Members = { voters: ids(1, 2, 3), learners: ids(4) }
const joint: Members = { voters: ids(3, 4), learners: ids(), outgoing: ids(1, 2, 3) }

test('members: an entry: names them again; other entries, cut or longer bytes name none', (t) => {
  for (const members of [plain, joint]) {
    const bytes = memberPayload(members).bytes()
    t.deepEqual(membersOf(payloadOf(bytes)), members)
    for (let size = 0; size < bytes.length; size++)
      t.is(membersOf(payloadOf(bytes.subarray(0, size))), null)
    t.is(membersOf(payloadOf(Uint8Array.of(...bytes, 0))), null)
  }
  t.is(membersOf(noopPayload), null)
})

test('members: both sets: whoever is in one is a voter, and a majority of each decides', (t) => {
  t.deepEqual(votersOf(joint), ids(3, 4, 1, 2))
  t.true(isMemberOf(joint, 1 as MemberId))
  t.true(decides(joint, (id) => [2, 3, 4].includes(id)))
  t.false(decides(joint, (id) => [1, 2, 3].includes(id)))
  t.false(decides(joint, (id) => [3, 4].includes(id)))
})

test('members: changes: what they make, and what is senseless', (t) => {
  const change = (add: number[], remove: number[], promote: number[]) =>
    changedMembers(plain, { add: ids(...add), remove: ids(...remove), promote: ids(...promote) })

  t.deepEqual(change([5], [1], [4]), { voters: ids(2, 3, 4), learners: ids(5) })
  t.deepEqual(change([], [4], []), { voters: ids(1, 2, 3), learners: [] })
  t.is(change([], [], []), null)
  t.is(change([1], [], []), null)
  t.is(change([0], [], []), null)
  t.is(change([5, 5], [], []), null)
  t.is(change([], [5], []), null)
  t.is(change([], [], [1]), null)
  t.is(change([], [4], [4]), null)
  t.is(change([], [1, 2, 3], []), null)
})

test('member log: a list whose log is lost is in force until the log of others says what came behind the base', (t) => {
  const log = new MemberLog(3, joint, plain)
  t.is(log.current, joint)
  t.deepEqual(log.ofBase, { index: 3, members: plain })

  t.true(log.install(3, plain, true))
  t.is(log.current, plain)
  t.is(log.ofBase, null)
  t.is(new MemberLog(3, plain, { ...plain }).ofBase, null)

  const cut = new MemberLog(3, joint, plain)
  cut.note(5, plain)
  cut.cut(5)
  t.is(cut.ofBase, null)
})

test('member log: follows the log: notes, truncations, cuts and snapshots', (t) => {
  const log = new MemberLog(0, plain)
  const later = { ...plain, learners: [] }
  log.note(5, joint)
  log.note(5, plain)
  log.note(8, later)

  t.is(log.current, later)
  t.is(log.at, 8)
  t.is(log.asOf(4), plain)
  t.is(log.asOf(7), joint)
  t.is(log.before(7), joint)
  t.is(log.before(8), null)
  t.true(log.truncate(7))
  t.false(log.truncate(5))
  t.is(log.current, joint)
  log.cut(5)
  t.is(log.asOf(5), joint)
  t.true(log.before(0) === null)
  log.note(9, later)
  log.install(7, plain, true)
  t.is(log.current, later)
  log.install(7, plain, false)
  t.is(log.current, plain)
})
