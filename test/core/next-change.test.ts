import test from 'ava'
import type { MemberId } from '../../src/api/ids.js'
import { lacking, nextChanges, type Wanted } from '../../src/core/next-change.js'

const ids = (...list: readonly number[]): MemberId[] => list as unknown as MemberId[]

const actual = (
  voters: readonly number[],
  learners: readonly number[] = [],
  outgoing?: number[],
) => {
  const lists = { voters: ids(...voters), learners: ids(...learners) }
  return outgoing === undefined ? lists : { ...lists, outgoing: ids(...outgoing) }
}

const wanted = (members: readonly number[], leaving: Wanted['leaving'] = []): Wanted => {
  return { members: ids(...members), leaving, votersMax: 99 }
}

const leaves = (id: number, by?: number) => {
  return by === undefined ? { id: id as MemberId } : { id: id as MemberId, by: by as MemberId }
}

test('nextChanges: members are as wanted, or a change is open: none', (t) => {
  t.deepEqual(nextChanges(actual([1, 2, 3]), wanted([1, 2, 3])), [])
  t.deepEqual(nextChanges(actual([1, 2, 4], [], [1, 2, 3]), wanted([1, 2])), [])
})

test('nextChanges: who comes learns first, then votes', (t) => {
  t.deepEqual(nextChanges(actual([1, 2, 3]), wanted([1, 2, 3, 4])), [
    { add: ids(4), promote: [], remove: [] },
  ])
  t.deepEqual(nextChanges(actual([1, 2, 3], [4]), wanted([1, 2, 3, 4]))[0], {
    add: [],
    promote: ids(4),
    remove: [],
  })
})

test('nextChanges: who goes for another one goes with it, never before', (t) => {
  const changes = nextChanges(actual([1, 2, 3], [4]), wanted([1, 2, 4], [leaves(3, 4)]))
  t.deepEqual(changes, [
    { add: [], promote: ids(4), remove: ids(3) },
    { add: [], promote: ids(4), remove: ids(3) },
  ])
})

test('nextChanges: who comes is on its way out itself: who goes for it goes alone', (t) => {
  const changes = nextChanges(actual([1, 2, 3], [4]), wanted([1, 2], [leaves(3, 4), leaves(4)]))
  t.deepEqual(changes[0], { add: [], promote: [], remove: ids(3, 4) })
  t.deepEqual(changes[1], { add: [], promote: [], remove: ids(3) })
})

test('nextChanges: several at once: all together, else each alone', (t) => {
  const changes = nextChanges(actual([1, 2, 3], [4, 5]), wanted([1, 2, 4, 5], [leaves(3)]))
  t.deepEqual(changes, [
    { add: [], promote: ids(4, 5), remove: ids(3) },
    { add: [], promote: ids(4), remove: [] },
    { add: [], promote: ids(5), remove: [] },
    { add: [], promote: [], remove: ids(3) },
  ])
})

test('nextChanges: no more voters than may be: the others go on learning', (t) => {
  const full = { ...wanted([1, 2, 3, 4, 5]), votersMax: 4 }
  t.deepEqual(nextChanges(actual([1, 2, 3], [4, 5]), full)[0]?.promote, ids(4))
  t.deepEqual(nextChanges(actual([1, 2, 3, 4], [5]), full), [])
})

test('lacking: whoever has a seat keeps it, whatever its number', (t) => {
  const full = { ...wanted([1, 2, 3, 4]), votersMax: 3 }
  t.deepEqual(lacking(actual([2, 3, 4], [1]), full), { add: [], promote: [], remove: [] })
  t.deepEqual(lacking(actual([2, 3]), full), { add: ids(1, 4), promote: ids(1), remove: [] })
})

test('nextChanges: who comes is replaced before it was there: who goes waits for the last of them', (t) => {
  const changes = nextChanges(
    actual([1, 2, 3], [4, 5]),
    wanted([1, 3, 5], [leaves(2, 4), leaves(4, 5)]),
  )
  t.deepEqual(changes[0], { add: [], promote: ids(5), remove: ids(2, 4) })
  t.false(
    changes.some(
      ({ promote, remove }) => promote.length === 0 && remove.includes(ids(2)[0] as MemberId),
    ),
  )
})
