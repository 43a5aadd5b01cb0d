// Commands that reach into a second database, or to keys that they make up: within one group they go
// there, over several they are refused before anybody is asked.

import test from 'ava'
import type { Config } from '../../src/api/config.js'
import { ok } from '../../src/api/reply.js'
import { createEngine } from '../../src/engine/engine.js'
import { keyspace, World } from './world.js'

const crossSlot = '-CROSSSLOT Keys in request belong to different replication groups\r\n'

function makeWorld(rest: Partial<Config> = {}): {
  readonly world: World
  readonly asked: string[]
} {
  const asked: string[] = []
  const { commands } = createEngine({ databases: 16, bulkBytesMax: 1024, maxMemory: 0 })
  const keyspaces = [
    keyspace('three', { databases: [3, 4] }),
    keyspace('cache', { prefixes: ['c:'], databases: [5] }),
    keyspace('default'),
  ]
  const world = new World({
    commands,
    config: { keyspaces, ...rest },
    answer: ({ args }) => {
      asked.push(args.join(' '))
      return ok
    },
  })
  return { world, asked }
}

for (const line of [
  'MOVE k 3',
  'COPY k k DB 3',
  'COPY k j DB 1 DB 3 REPLACE',
  'MOVE c:1 5',
  'SWAPDB 0 3',
  'SWAPDB 0 5',
  'SORT k BY w*',
  'SORT_RO k GET # GET w*->f',
]) {
  test(`two databases: ${line}: another keyspace: refused, nobody is asked`, (t) => {
    const { world, asked } = makeWorld()

    t.is(world.connect().ask(...line.split(' ')), crossSlot)
    t.deepEqual(asked, [])
  })
}

test('two databases: SWAPDB over several groups: refused, one says what is wrong with it', (t) => {
  const keyspaces = [keyspace('a', { prefixes: ['a:'] }), keyspace('default')]
  const { world, asked } = makeWorld({ keyspaces })
  const client = world.connect()

  t.is(client.ask('SWAPDB', '0', '1'), crossSlot)
  t.deepEqual(asked, [])
  client.ask('SWAPDB', '0', '99')
  t.deepEqual(asked, ['swapdb 0 99'])
})

for (const line of [
  'move k 1',
  'copy k k db 3 db 1',
  'move k 5',
  'swapdb 0 1',
  'swapdb 3 4',
  'sort k by nosort get #',
  'sort k limit 0 5 alpha store j',
]) {
  test(`two databases: ${line}: the same keyspace: goes there`, (t) => {
    const { world, asked } = makeWorld()

    t.is(world.connect().ask(...line.split(' ')), '+OK\r\n')
    t.true(asked.length > 0 && asked.every((each) => each === line))
  })
}
