// What a member that loads its data says to clients that go by slots.

import test from 'ava'
import type { MemberId } from '../../src/api/ids.js'
import { configOf, World } from './world.js'

const refused = '-LOADING Redis is loading the dataset in memory\r\n'

test('loading: a client that goes by slots is sent to a member that is there, if any', (t) => {
  const others = new World({ cluster: { isLoading: true, isReady: false } })
  const client = others.connect()
  client.ask('CLIENT', 'ROUTING', 'CLUSTER')
  t.regex(client.ask('GET', 'a'), /^-MOVED 15495 127.0.0.1:700[23]\r\n$/)
  t.is(client.ask('CLUSTER', 'SLOTS'), refused)
})

test('loading: a client that goes by slots, nobody else is there: its commands wait for three seconds, then LOADING', (t) => {
  const members = [configOf().members[0]].flatMap((member) => member ?? [])
  const cluster = { isLoading: true, isReady: false }
  const world = new World({ config: { members }, cluster })
  const [served, late, plain] = [world.connect(), world.connect(), world.connect()]
  for (const client of [served, late]) client.ask('CLIENT', 'ROUTING', 'CLUSTER')
  t.is(plain.ask('GET', 'a'), refused)
  t.is(served.ask('DBSIZE'), refused)

  for (const client of [served, late]) {
    t.is(client.ask('GET', 'a'), '')
    client.command('GET', 'b')
  }
  world.pass(2_900)
  t.is(late.read(), '')
  world.pass(200)
  t.is(late.read(), refused + refused)
  t.is(late.ask('GET', 'a'), refused)
})

test('loading: over: what waited is served in order', (t) => {
  const members = [configOf().members[0]].flatMap((member) => member ?? [])
  let isLoading = true
  const cluster = {
    get isLoading() {
      return isLoading
    },
  }
  const world = new World({ config: { members }, cluster, answer: ({ args }) => args[1] ?? '' })
  const client = world.connect()
  client.ask('CLIENT', 'ROUTING', 'CLUSTER')
  t.is(client.ask('GET', 'a'), '')
  client.command('GET', 'b')
  world.pass(20)
  t.is(client.read(), '')
  isLoading = false
  world.pass(20)
  t.is(client.read(), '$1\r\na\r\n$1\r\nb\r\n')
})

test('leaving: the map names who stops nowhere, where the default keyspace merges', (t) => {
  const leaving = new Set<number>()
  const merging = { level: 'eventual' as const, strategy: 'eventual' }
  const keyspaces = configOf().keyspaces.map((each) => ({ ...each, ...merging }))
  const cluster = { isGoing: (id: number) => leaving.has(id) }
  const client = new World({ config: { self: 2 as MemberId, keyspaces }, cluster }).connect()
  const owners = (): readonly (string | undefined)[] => {
    const rows = client
      .ask('CLUSTER', 'SLOTS')
      .matchAll(/16383\r\n\*4\r\n\$9\r\n127.0.0.1\r\n:(\d+)/g)
    return [...rows].map((row) => row[1])
  }
  t.deepEqual(owners(), ['7001'])
  leaving.add(1)
  t.deepEqual(owners(), ['7002'])
})
