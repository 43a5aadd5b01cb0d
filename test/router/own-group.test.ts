// Which group a member looks up what all groups keep alike in, and groups that are gone.

import test from 'ava'
import type { Group, GroupCall, Lane } from '../../src/api/group.js'
import { noLeader } from '../../src/api/replies.js'
import { raiseFence } from '../../src/router/fences.js'
import { ownGroup } from '../../src/router/own-group.js'
import type { RouterState } from '../../src/router/state.js'

function group(id: number, shard: number, isRemote = false): Group {
  return { id, shard, isRemote } as unknown as Group
}

test('own group: of the first shard group that is held here, the default keyspace: one that was added may have nothing yet', (t) => {
  const [a, b, c, d] = [group(0, 0), group(1, 0), group(2, 1), group(3, 1)]
  t.is(ownGroup([a, b, c, d]), b)
  const [far, away] = [group(0, 0, true), group(1, 0, true)]
  t.is(ownGroup([far, away, c, d]), d)
  t.is(ownGroup([far, away]), away)
  t.is(ownGroup([]), undefined)
})

function fenced(isGone: boolean) {
  const [asked, later]: [GroupCall[], (() => void)[]] = [[], []]
  const refusing = {
    isGone,
    lane: (caller: Lane['caller']) => ({ caller }),
    submit: ({ caller }: Lane, call: GroupCall) => {
      asked.push(call)
      caller.answer(call.ticket, noLeader)
    },
  }
  const fences: unknown[] = []
  const state = {
    ...{ route: { fences }, groups: [refusing], now: { mono: 0, wall: 0 } },
    table: { find: () => ({ spec: {} }) },
    detours: { later: (_at: number, _ms: number, act: () => void) => later.push(act) },
  } as unknown as RouterState
  raiseFence(state, 0)
  for (let tries = 0; tries < 5; tries++) later.shift()?.()
  return { asked, isOpen: later.length > 0, fences }
}

test('fences: a group without a leader: is asked again; one that is gone: never', (t) => {
  t.like(fenced(false), { asked: { length: 5 }, isOpen: true, fences: ['linearizable'] })
  t.like(fenced(true), { asked: { length: 0 }, isOpen: false })
})
