// Seeded bugs of slots that move which chance seldom meets (test/sim/move-bugs has the others): a step of the protocol
// at a time, which goes wrong with the bug and not without it.

import test from 'ava'
import type { GroupCall, Lane } from '../../src/api/group.js'
import { nullArray, type Reply } from '../../src/api/reply.js'
import { isSlotRefusal, slotGone, slotHeld } from '../../src/api/slot-moves.js'
import { encodeTransaction } from '../../src/api/transaction.js'
import { plantBug } from '../../src/base/seeded-bug.js'
import { routeAgain } from '../../src/router/again.js'
import { Detours } from '../../src/router/detours.js'
import type { Session } from '../../src/router/session.js'
import type { RouterState } from '../../src/router/state.js'
import { committed } from '../../src/shard/slot-calls.js'
import { stale } from '../../src/shard/slot-seat.js'
import { copy, head, moving, type Side, side, slotOfA } from './move-world.js'

const isRefused = (s: Side, args: readonly string[], of: ReturnType<typeof head>): boolean =>
  isSlotRefusal((s.ownership.executes(s.engine, args, of) ?? 'executed') as Reply)

/** A session whose lane at group 0 has a write under way; slots of group 1's went there from group 0. */
function routed() {
  const [answers, asked]: [Reply[], GroupCall[]] = [[], []]
  const lane = { writes: 1, reads: 0, held: null } as unknown as Lane
  const group = {
    shard: 0,
    keyspace: 'default',
    lane: () => lane,
    submit: (_: Lane, call: GroupCall) => asked.push(call),
  }
  const entry = { spec: { keys: [] }, isWrite: true, firstKey: 1, hasOneKey: true }
  const session = {
    lanes: { of: () => lane, indexOf: () => 0, known: () => lane },
    terms: null,
    answer: (_ticket: number, reply: Reply) => answers.push(reply),
    ask: () => undefined,
  } as unknown as Session
  const state = {
    now: { mono: 0, wall: 0 },
    config: { requestMs: 1_000, keyspaces: [{ name: 'default', level: 'sequential' }] },
    groups: [group, { ...group, shard: 1 }],
    sessions: new Map([[1, session]]),
    table: { find: () => entry },
    route: { groupOf: () => 1, fences: [], knows: () => false, learn: () => 1 },
    detours: new Detours(),
  } as unknown as RouterState
  const { detours } = state
  const refuse = (why = slotHeld): void => {
    const call = { ticket: 3, db: 0, args: ['set', 'a', '1'] } as unknown as GroupCall
    detours.refused(state, session, { lane, call, why } as never)
  }
  return { answers, asked, detours, lane, refuse, session, state }
}

/** By bug: whether all is as it should be. */
const stories: Readonly<Record<string, () => boolean>> = {
  'move-clock-behind': () => {
    const [s, d] = [side(10_000), side(1_000)]
    s.run('set', 'a', '1', 'px', '5')
    s.call('begin', 1, slotOfA, 5)
    d.call('import', 0, 1, 1, slotOfA)
    copy(s, d, 1, 'a')
    s.call('freeze', 1)
    d.call('commit', 0, 1, 1, 10_006, 1)
    return d.engine.keyCount(0) === 0
  },
  'move-overtakes': () => {
    const { s, d } = moving()
    s.call('freeze', 1)
    const refusal = s.ownership.refuses(s.engine, ['set', 'a', '2'], head(1, 0))
    s.ownership.closed(s.engine, head(1, 0), [refusal as Reply])
    s.call('retry', 1)
    d.call('import', 0, 1, 2, slotOfA)
    s.call('thaw', 2)
    return isRefused(s, ['set', 'a', '3'], head(2, 0))
  },
  'move-passes-refused': () => {
    const { s } = moving()
    s.call('freeze', 1)
    const isFirst = isRefused(s, ['mset', 'b', '2', 'a', '2'], head(1, 0))
    return isFirst && isRefused(s, ['get', 'b'], head(1, 0))
  },
  'move-copies-uncounted': () => {
    const { s, d } = moving()
    s.call('freeze', 1)
    return d.call('commit', 0, 1, 1, 1_000, 1) === stale
  },
  'move-any-attempt': () => {
    const { s } = moving()
    s.call('freeze', 1)
    s.call('retry', 1)
    return s.call('gone', 1) === stale && s.engine.keyCount(0) === 1
  },
  'move-not-closed': () => {
    const { s } = moving()
    s.call('cancel', 1)
    s.call('close', 5)
    return s.call('begin', 1, slotOfA, 5) === 0
  },
  'move-versions-behind': () => {
    const { s, d } = moving()
    for (let i = 0; i < 9; i++) s.run('set', 'a', String(i))
    copy(s, d, 1, 'a')
    const before = s.engine.slotVersion(slotOfA)
    const [clock, version] = s.call('freeze', 1) as readonly number[]
    const isDone = d.call('commit', 0, 1, 1, clock as number, version as number) === committed
    return isDone && d.engine.slotVersion(slotOfA) > before
  },
  'move-detour-undrained': () => {
    const { asked, detours, lane, refuse, state } = routed()
    refuse()
    state.now = { mono: 50, wall: 50 } as never
    detours.turn(state)
    const waited = asked.length === 0
    lane.writes = 0
    detours.turn(state)
    return waited && asked.length === 1
  },
  'move-map-overtakes': () => {
    const { detours, session, state } = routed()
    detours.settle(state, [0])
    return session.isDetoured === true
  },
  'move-no-fence': () => {
    const { refuse, state } = routed()
    refuse(slotGone([slotOfA, slotOfA, 1]))
    return state.route.fences[1] === 'linearizable'
  },
  'move-watch-forgotten': () => {
    const { answers, lane, session, state } = routed()
    const calls = [{ db: 0, args: ['set', 'a', '1'] }]
    const args = encodeTransaction({ watched: [{ db: 0, key: 'a', version: 1 }], calls })
    const call = { ticket: 3, db: 0, args } as unknown as GroupCall
    routeAgain(state, session, { lane, call, why: slotHeld } as never)
    return answers[0] === nullArray
  },
}

for (const [bug, story] of Object.entries(stories)) {
  test.serial(`seeded bug ${bug}: the story shows it`, (t) => {
    t.true(story())

    plantBug(bug)
    try {
      t.false(story())
    } finally {
      plantBug('')
    }
  })
}
