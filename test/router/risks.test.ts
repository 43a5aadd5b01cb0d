// What `quorate status` and INFO say could go wrong next, by keyspace.

import test from 'ava'
import type { MemberId } from '../../src/api/ids.js'
import { keyspace, World } from './world.js'

function worldWith(connected: readonly boolean[]): World {
  const members = connected.map((is, index) => ({
    id: (index + 1) as MemberId,
    name: `m${index + 1}`,
    address: `127.0.0.1:${index + 1}`,
    clusterAddress: `127.0.0.1:${index + 1}`,
    peer: `127.0.0.1:1${index + 1}`,
    connected: is,
    since: 0,
  }))
  const keyspaces = [keyspace('cache', { prefixes: ['c:'] }), keyspace('default')]
  const world = new World({ cluster: { members }, config: { keyspaces } })
  const supports = { ackMeans: 'local' }
  Object.assign(world.groups[0] as object, { sight: { supports } })
  return world
}

function shown(world: World, name: string): string | undefined {
  const text = world.connect().ask('INFO', 'quorate')
  return new RegExp(`keyspace_${name}:(.*)\\r`).exec(text)?.[1]
}

test('risks: members that are missing: how many more may go, by what a write needs', (t) => {
  const rows = [
    { connected: [true, true, true], cache: 2, strong: 1 },
    { connected: [true, true, false], cache: 1, strong: 0 },
    { connected: [true, false, false], cache: 0, strong: 0 },
    { connected: [true, true, true, true, false], cache: 3, strong: 1 },
  ]
  for (const { connected, cache, strong } of rows) {
    const world = worldWith(connected)

    t.is(shown(world, 'cache'), `health=ok,spare=${cache},only_here=0`)
    t.is(shown(world, 'default'), `health=ok,spare=${strong},only_here=0`)
  }
})

test('risks: entries that only this member holds, and a group that is down: said of their keyspaces', (t) => {
  const world = worldWith([true, true, true])
  const [cache, strong] = world.groups
  Object.assign(cache as object, { onlyHere: 7 })
  Object.assign(strong as object, { health: 'down' })

  t.is(shown(world, 'cache'), 'health=ok,spare=2,only_here=7')
  t.is(shown(world, 'default'), 'health=down,spare=0,only_here=0')
})
