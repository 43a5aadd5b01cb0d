// Map, gate and keyspaces: where a key belongs and whether it may be served.

import test from 'ava'
import { slotCount } from '../../src/base/keyslot.js'
import { Random } from '../../src/base/random.js'
import { Gate } from '../../src/slots/gate.js'
import { Keyspaces } from '../../src/slots/keyspaces.js'
import { SlotMap } from '../../src/slots/map.js'
import { assignSlots } from '../../src/slots/ring.js'
import { keyspace } from '../router/world.js'

test('slot map: ranges: cover all slots and name the owners', (t) => {
  const owners = assignSlots([0, 1, 2].map((id) => ({ id, weight: 1 })))
  const map = new SlotMap(owners, 3, 7)
  let next = 0
  for (const range of map.ranges()) {
    t.is(range.from, next)
    next = range.to + 1
    for (const slot of [range.from, range.to]) t.is(map.shardOf(slot), range.shard)
  }
  t.is(next, slotCount)
  t.deepEqual(SlotMap.even(1).ranges(), [{ from: 0, to: 16383, shard: 0 }])
})

test('slot map: even runs: one for each shard group, equal but for a slot', (t) => {
  for (const count of [2, 3, 7, 64]) {
    const ranges = SlotMap.even(count).ranges()
    const sizes = ranges.map(({ from, to }) => to - from + 1)
    t.deepEqual(
      ranges.map(({ shard }) => shard),
      Array.from({ length: count }, (_, shard) => shard),
    )
    t.true(Math.max(...sizes) - Math.min(...sizes) <= 1)
  }
})

test('slot map: an owner that is no shard group: refused', (t) => {
  const owners = new Uint16Array(slotCount)
  owners[5] = 2

  t.throws(() => new SlotMap(owners, 2, 1), { message: /an owner is a shard group/ })
})

test('gate: nothing barred: open; a bar on one slot: only that slot', (t) => {
  const gate = new Gate()
  t.true(gate.isOpen)

  gate.bar(7, 'redirect', false)
  gate.bar(8, 'hold', true)

  t.false(gate.isOpen)
  t.is(gate.verdict(7, false), 'redirect')
  t.is(gate.verdict(8, false), 'admit')
  t.is(gate.verdict(8, true), 'hold')
  t.is(gate.verdict(9, true), 'admit')
  t.is(gate.verdict(-1, true), 'admit')
  gate.open(7)
  t.false(gate.isOpen)
  gate.bar(8, 'admit', false)
  t.true(gate.isOpen)
})

test('gate: pause of writes, then of all: extended and tightened, ended by time', (t) => {
  const gate = new Gate()

  gate.pause('write', 100)
  t.is(gate.verdict(1, false), 'admit')
  t.is(gate.verdict(1, true), 'hold')
  gate.pause('all', 50)
  t.is(gate.verdict(-1, false), 'hold')
  t.is(gate.pauseUntil, 100)
  gate.expire(99)
  t.false(gate.isOpen)
  const before = gate.openings
  gate.expire(100)

  t.true(gate.isOpen)
  t.true(gate.openings > before)
  t.is(gate.pauseUntil, null)
})

test('keyspaces: longest prefix wins, databases restrict, default last', (t) => {
  const spaces = new Keyspaces([
    keyspace('user', { prefixes: ['user:'] }),
    keyspace('session', { prefixes: ['user:session:', 's:'] }),
    keyspace('user1', { prefixes: ['user:'], databases: [1] }),
    keyspace('five', { databases: [5] }),
    keyspace('default'),
  ])

  t.is(spaces.find(0, 'user:1'), 0)
  t.is(spaces.find(0, 'user:session:1'), 1)
  t.is(spaces.find(0, 's:1'), 1)
  t.is(spaces.find(1, 'user:1'), 2)
  t.is(spaces.find(1, 'user:session:1'), 1)
  t.is(spaces.find(5, 'x'), 3)
  t.is(spaces.find(5, 'user:1'), 0)
  t.is(spaces.find(0, 'use'), 4)
  t.is(spaces.find(0, ''), 4)
  t.is(spaces.find(0, '__proto__'), 4)
  t.deepEqual(spaces.ofDatabase(0), [0, 1, 4])
  t.deepEqual(spaces.ofDatabase(5), [0, 1, 3])
})

test('keyspaces: random tables: as the slow twin that tries every prefix', (t) => {
  const random = new Random(7)
  const text = (max: number): string =>
    Array.from({ length: random.below(max) }, () => 'abc'[random.below(3)]).join('')
  for (let round = 0; round < 200; round++) {
    const configs = Array.from({ length: random.between(1, 4) }, (_, i) =>
      keyspace(`k${i}`, { prefixes: [`${'abc'[random.below(3)]}${text(4)}`] }),
    )
    configs.push(keyspace('default'))
    const spaces = new Keyspaces(configs)
    for (let i = 0; i < 50; i++) {
      const key = text(8)
      let wanted = configs.length - 1
      let longest = 0
      configs.forEach((config, index) => {
        for (const prefix of config.prefixes) {
          if (!key.startsWith(prefix) || prefix.length <= longest) continue
          longest = prefix.length
          wanted = index
        }
      })
      t.is(spaces.find(0, key), wanted)
    }
  }
})
