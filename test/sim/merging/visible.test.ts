// What may lack where a member shows what hangs on it: nothing that it could still get.

import test from 'ava'
import type { MemberId } from '../../../src/api/ids.js'
import { stampAt } from '../../../src/log/stamps.js'
import { Vector } from '../../../src/log/vector.js'
import { Judge } from '../judge.js'
import { Held } from './held.js'
import { MergingOracle } from './oracle.js'
import { hasLost } from './spans.js'
import { Visible } from './visible.js'

const [one, two, three] = [1 as MemberId, 2 as MemberId, 3 as MemberId]
const wall = 1_790_000_000_000
const nothing = { held: new Held(), logged: new Held() }

interface Scene {
  readonly judge: Judge
  readonly lost: MergingOracle
  readonly shown: MergingOracle
  readonly visible: Visible
}

/**
 * The second member makes an entry in one group, and one in the other group that hangs on it. Only the second is brought to the
 * first member; the third has the first one, and the second member loses it. Then the third one is removed.
 */
function scene(): Scene {
  const judge = new Judge()
  const present = new Set([one, two, three])
  const oracleOf = (name: string): MergingOracle =>
    new MergingOracle(name, {
      judge,
      members: 3,
      durability: 'none',
      skewMs: 1_000,
      all: () => [lost, shown],
      isPresent: (id) => present.has(id),
      keysOf: () => [],
    })
  const lost: MergingOracle = oracleOf('group 0')
  const shown: MergingOracle = oracleOf('group 1')
  for (const oracle of [lost, shown]) {
    for (const id of present) {
      oracle.started(id, { ...nothing, recovering: false })
      oracle.seat(id).follows = [...present]
    }
    oracle.clock(wall + 1)
  }
  const visible = new Visible(judge, [lost, shown])
  const written = { seen: new Vector(), ops: new Uint8Array(0), shown: null }
  const cause = { ...written, stamp: stampAt(wall, 1) }
  lost.made(two, cause)
  lost.merged(three, { ...cause, isPartlyHeld: false, wall })
  const causes = visible.seen(shown, two)
  const effect = { ...written, stamp: stampAt(wall + 1, 1) }
  visible.made(shown, shown.made(two, effect), causes)
  shown.merged(one, { ...effect, isPartlyHeld: false, wall: wall + 1 })
  visible.shows(shown, one, 0)
  lost.started(two, { ...nothing, recovering: true })
  present.delete(three)
  return { judge, lost, shown, visible }
}

/** The check that serving a client at the first member breaks. */
function servedAtFirst({ judge, visible }: Scene): string | undefined {
  visible.served(one)
  visible.turned(one)
  return judge.violation?.check
}

test('visible: who was removed has it, and who serves does not know that yet: it is waited for', (t) => {
  t.is(servedAtFirst(scene()), 'visible')
})

test('visible: who was removed has it, and who serves works by the list that says so: it is lost (causal seed 7023)', (t) => {
  const all = scene()
  all.lost.seat(one).follows = [one, two]
  t.is(servedAtFirst(all), undefined)
})

test('visible: another member of the list of who serves has it, on its disk only: it is waited for', (t) => {
  const all = scene()
  all.lost.seat(one).follows = [one, two]
  all.lost.seat(two).durable.add(0)
  t.is(servedAtFirst(all), 'visible')
})

/** The second member takes up what `lost` covers as a range without entries. */
function closes({ lost }: Scene, from: Vector): void {
  lost.repaired(two, vectorOfCause(), from)
}

function vectorOfCause(): Vector {
  const made = new Vector()
  made.add({ seat: 1, after: 0, upTo: stampAt(wall, 1) })
  return made
}

test('visible: nobody who stayed had it, and they closed its range: who did counts as holding it, and it is lost all the same (causal seed 56005)', (t) => {
  const all = scene()
  all.lost.seat(one).follows = [one, two]
  closes(all, vectorOfCause())
  t.true(all.lost.seat(two).held.has(0))
  t.is(servedAtFirst(all), undefined)
  t.true(hasLost(all.lost), 'and who saw it may be refused')

  const taken = scene()
  taken.lost.seat(one).follows = [one, two]
  closes(taken, new Vector())
  t.is(servedAtFirst(taken), 'visible', 'not closed: it was brought')
})

/** The second member makes another entry behind the first, which the first member merges: the check that this breaks. */
function mergesLater(all: Scene): string | undefined {
  const { lost, judge } = all
  const seen = vectorOfCause()
  const written = { stamp: stampAt(wall + 1, 1), seen, ops: new Uint8Array(0) }
  lost.made(two, { ...written, shown: null })
  lost.merged(one, { ...written, isPartlyHeld: false, wall: wall + 1 })
  return judge.violation?.check
}

test('oracle: what hangs on an entry that was closed is merged without it, and on one that was not is not (causal seed 56005)', (t) => {
  const closed = scene()
  closes(closed, vectorOfCause())
  t.is(mergesLater(closed), undefined)

  const brought = scene()
  closes(brought, new Vector())
  t.is(mergesLater(brought), 'causal-order')
})
