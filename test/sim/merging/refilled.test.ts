import test from 'ava'
import type { VectorNote } from '../../../plugins/eventual/messages.js'
import type { MemberId, Token } from '../../../src/api/ids.js'
import type { Delivery } from '../../../src/api/strategy.js'
import { payloadOf } from '../../../src/api/entry.js'
import { stampAt } from '../../../src/log/stamps.js'
import { Vector } from '../../../src/log/vector.js'
import { Judge } from '../judge.js'
import { Held } from './held.js'
import { MergingOracle } from './oracle.js'
import { Refilled } from './refilled.js'
import { keeps } from './spans.js'

const [one, two, three] = [1 as MemberId, 2 as MemberId, 3 as MemberId]
const wall = 1_790_000_000_000
const stamp = stampAt(wall, 1)

function deliveryOf(index: number, token: Token | null): Delivery {
  return { at: { term: 1, index }, payload: payloadOf(new Uint8Array(0)), token }
}

/** The first member lost something; the second one made an entry, says so, and loses it once its slots are on their way. */
function judged(brought: Vector, list: readonly MemberId[] = [one, two]): readonly string[] {
  const judge = new Judge()
  const oracle: MergingOracle = new MergingOracle('group 0', {
    judge,
    members: 2,
    durability: 'none',
    skewMs: 1_000,
    all: () => [oracle],
    isPresent: () => true,
    keysOf: () => [],
  })
  const nothing = { held: new Held(), logged: new Held() }
  oracle.started(one, { ...nothing, recovering: true })
  oracle.started(two, { ...nothing, recovering: false })
  oracle.clock(wall)
  oracle.made(two, { stamp, seen: new Vector(), ops: new Uint8Array(0), shown: null })
  const refilled = new Refilled(judge, oracle, one)
  refilled.heard(two, { recovering: false, vector: vectorOf(stamp) } as VectorNote)
  oracle.started(two, { ...nothing, recovering: true })

  refilled.follows(list)
  refilled.takes([deliveryOf(1, null), deliveryOf(2, 1 as Token)], ({ token }) => token === null)
  refilled.joined(brought)
  return judge.violation === null ? [] : [judge.violation.check]
}

function vectorOf(upTo: number): Vector {
  const made = new Vector()
  made.add({ seat: 1, after: 0, upTo })
  return made
}

test('refilled: slots bring what their giver has lost since: it is held (eventual seed 504194)', (t) => {
  t.deepEqual(judged(vectorOf(stamp)), [])
})

test('refilled: slots do not bring what their giver said that it holds: a write was taken too early', (t) => {
  t.deepEqual(judged(new Vector()), ['durable-kept'])
})

test('refilled: who said so is not on the list of who recovers: nothing is owed (causal seed 940039)', (t) => {
  t.deepEqual(judged(new Vector(), [one, three]), [])
})

/** A member that is removed has the only entry that the others took for lost; `lost`: what they closed. */
function isKept(lost: Vector): boolean {
  const present = new Set([one, two, three])
  const judge = new Judge()
  const oracle: MergingOracle = new MergingOracle('group 0', {
    judge,
    members: 3,
    durability: 'none',
    skewMs: 1_000,
    all: () => [oracle],
    isPresent: (id) => present.has(id),
    keysOf: () => [],
  })
  const nothing = { held: new Held(), logged: new Held() }
  for (const id of present) oracle.started(id, { ...nothing, recovering: false })
  oracle.clock(wall)
  const written = { stamp, seen: new Vector(), ops: new Uint8Array(0) }
  const number = oracle.made(two, { ...written, shown: null })
  oracle.merged(three, { ...written, isPartlyHeld: false, wall })
  oracle.started(two, { ...nothing, recovering: true })
  present.delete(three)
  oracle.repaired(one, vectorOf(stamp), lost)
  const span = { member: 1, group: 0, from: 0, to: 1, life: 1 }
  return number === 0 && keeps(oracle, oracle.seat(one).held, span)
}

test('oracle: who was removed has the only entry, and who stayed took its place for lost: it is owed by nobody (eventual seed 630024)', (t) => {
  t.false(isKept(vectorOf(stamp)))
  t.true(isKept(new Vector()), 'not closed: somebody has it')
})

/** The second member shows what it made, loses it and closes its range (`isClosed`), or has it again, and shows something else. */
function shownAgain(isClosed: boolean, key: string): readonly string[] {
  const present = new Set([one, two])
  const judge = new Judge()
  const oracle: MergingOracle = new MergingOracle('group 0', {
    judge,
    members: 3,
    durability: 'none',
    skewMs: 1_000,
    all: () => [oracle],
    isPresent: (id) => present.has(id),
    keysOf: () => ['k'],
  })
  const nothing = { held: new Held(), logged: new Held() }
  for (const id of [one, two, three]) oracle.started(id, { ...nothing, recovering: false })
  oracle.clock(wall)
  const written = { stamp, seen: new Vector(), ops: new Uint8Array(0) }
  oracle.made(two, { ...written, shown: null })
  oracle.merged(three, { ...written, isPartlyHeld: false, wall })
  oracle.shows(two, new Map([[key, 'with']]))
  oracle.started(two, { ...nothing, recovering: true })
  oracle.repaired(two, vectorOf(stamp), isClosed ? vectorOf(stamp) : new Vector())
  oracle.shows(two, new Map([[key, 'without']]))
  return judge.violation === null ? [] : [judge.violation.check]
}

test('oracle: who closed the range of an entry counts as holding it, and shows its keys without (causal seed 960016)', (t) => {
  t.deepEqual(shownAgain(true, 'k'), [])
  t.deepEqual(shownAgain(false, 'k'), ['digest'], 'not closed: it was brought')
  t.deepEqual(shownAgain(true, 'other'), ['digest'], 'a key that it did not change')
})
