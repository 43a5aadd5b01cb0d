// Where commands go while slots do, and shard groups come and go.

import test from 'ava'
import type { Config } from '../../src/api/config.js'
import type { Group } from '../../src/api/group.js'
import { Roots } from '../../src/api/rooted.js'
import type { Topology } from '../../src/api/topology.js'
import { keySlot } from '../../src/base/keyslot.js'
import { Route } from '../../src/router/route.js'
import { SlotMap } from '../../src/slots/map.js'

const keyspaces = ['own', 'default'].map((name, at) => {
  return { name, prefixes: at === 0 ? ['own:'] : [], databases: null }
})
const config = { keyspaces, databases: 1, shards: 1, members: [] } as unknown as Config
const slot = keySlot('k')
/** Those of the keyspace named `own` merge. */
const roots = new Roots(config, ({ name }) => (name === 'own' ? 'causal' : 'total'))

function groupsOf(shards: number): Group[] {
  return Array.from({ length: shards * 2 }, (_, id) => {
    return { id, shard: Math.floor(id / 2), keyspace: keyspaces[id % 2]?.name } as unknown as Group
  })
}

function topologyOf(...shards: readonly object[]): Topology {
  const made = shards.map((shard, id) => ({ id, weight: 1, members: [1], ...shard }))
  return {
    shards: made,
    slots: [[0, 16_383, 0]],
    rooted: ['own'],
    roster: {},
  } as unknown as Topology
}

const one = topologyOf({})
const two = topologyOf({}, { born: [1] })

test('route: slots went to a shard group of which this member has not heard: asks again where it asked', (t) => {
  const route = new Route(config, groupsOf(1), { roots, topology: one })
  t.true(route.knows(1, [slot, slot, 1]))
  t.is(route.groupOf(0, 'k'), 1)

  route.regrouped(groupsOf(2), two)
  t.false(route.knows(1, [slot, slot, 1]))
  t.is(route.learn(1, [slot, slot, 1]), 3)
  t.is(route.groupOf(0, 'k'), 3)
  t.is(route.groupOf(0, 'own:{k}'), 0)
})

test('route: slots came back from a shard group before it went: nobody is sent there any more', (t) => {
  const route = new Route(config, groupsOf(2), { roots, topology: two })
  route.learn(1, [slot, slot, 1])
  t.is(route.groupOf(0, 'k'), 3)
  route.regrouped(groupsOf(2), topologyOf({}, { born: [1], out: 'gone' }))
  t.is(route.groupOf(0, 'k'), 1)
  t.deepEqual(route.all, [0, 1])
  // So says a replica that lags: it is asked again.
  t.true(route.knows(1, [slot, slot, 1]))
})

test('route: all slots go to an added shard group and the first one goes: a rooted keyspace stays there', (t) => {
  const route = new Route(config, groupsOf(2), { roots, topology: two })
  t.deepEqual(route.all, [0, 1, 3])
  const all = new SlotMap(new Int32Array(16_384).fill(1), 2, 2)
  route.adopt(all, two)
  t.deepEqual(route.groupsAt(slot), [0, 3])
  t.deepEqual([route.groupOf(0, 'k'), route.groupOf(0, 'own:{k}')], [3, 0])

  route.regrouped(groupsOf(2), topologyOf({ out: 'gone', members: [] }, { born: [1] }))
  t.deepEqual(route.all, [0, 3])
  t.is(route.home, 3)
  t.deepEqual([route.groupOf(0, 'k'), route.groupOf(0, 'own:{k}')], [3, 0])
})
