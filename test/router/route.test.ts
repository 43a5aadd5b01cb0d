// Where commands go while slots do, and shard groups come and go.

import test from 'ava'
import type { Config } from '../../src/api/config.js'
import type { Group } from '../../src/api/group.js'
import { keySlot } from '../../src/base/keyslot.js'
import { Route } from '../../src/router/route.js'
import { SlotMap } from '../../src/slots/map.js'

const keyspaces = [{ name: 'default', prefixes: [], databases: null }]
const config = { keyspaces, databases: 1 } as unknown as Config
const groupsOf = (count: number): Group[] =>
  Array.from({ length: count }, (_, shard) => ({ shard, keyspace: 'default' }) as Group)
const slot = keySlot('k')
const living = (): boolean => false

test('route: slots went to a shard group of which this member has not heard: asks again where it asked', (t) => {
  const route = new Route(config, groupsOf(1), SlotMap.even(1))
  t.true(route.knows(0, [slot, slot, 1]))
  t.is(route.groupOf(0, 'k'), 0)

  route.regrouped(config, groupsOf(2), living)
  t.false(route.knows(0, [slot, slot, 1]))
  t.is(route.learn(0, [slot, slot, 1]), 1)
  t.is(route.groupOf(0, 'k'), 1)
})

test('route: slots came back from a shard group before it went: nobody is sent there any more', (t) => {
  const route = new Route(config, groupsOf(2), new SlotMap(new Int32Array(16_384), 2, 1))
  route.learn(0, [slot, slot, 1])
  t.is(route.groupOf(0, 'k'), 1)
  route.regrouped(config, groupsOf(2), ({ shard }) => shard === 1)
  t.is(route.groupOf(0, 'k'), 0)
  t.deepEqual(route.all, [0])
})
