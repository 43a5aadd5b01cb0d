// What the router makes of the topology: settings and users of this member, settings of groups, and what it shows.

import test from 'ava'
import { keepSettingsName, nothingSet } from '../../src/api/group-settings.js'
import { error } from '../../src/api/replies.js'
import type { Topology } from '../../src/api/topology.js'
import { World } from './world.js'

function later(world: World, change: Partial<Topology>): Topology {
  const { topology } = world
  return { ...topology, epoch: topology.epoch + 1, ...change }
}

test('topology: another member changed settings and users: they hold here', (t) => {
  const world = new World()
  const client = world.connect()

  world.adopt(
    later(world, {
      settings: [['acl-pubsub-default', 'allchannels']],
      users: [['bob', 'on nopass ~* &* +@all']],
    }),
  )

  client.command('CONFIG', 'GET', 'acl-pubsub-default')
  t.regex(client.read(), /allchannels/)
  client.command('ACL', 'USERS')
  t.regex(client.read(), /bob/)
})

test('topology: a user with rules of a later version: may do nothing', (t) => {
  const world = new World()
  world.adopt(later(world, { users: [['bob', 'on nopass ~* +@all +@something-new']] }))
  const client = world.connect()

  client.command('AUTH', 'bob', 'x')

  t.regex(client.read(), /WRONGPASS/)
})

test('topology: a user that another member removed: its connections are closed', (t) => {
  const world = new World()
  world.adopt(later(world, { users: [['bob', 'on nopass ~* &* +@all']] }))
  const client = world.connect()
  client.command('AUTH', 'bob', 'x')
  t.is(client.read(), '+OK\r\n')

  world.adopt(later(world, { users: [['bob', null]] }))

  t.true(world.turn().some((output) => output.kind === 'close' && output.connection === client.id))
})

test('topology: a change is refused: the client is told why, and nothing changes', (t) => {
  const world = new World()
  world.refusal = error('CLUSTERDOWN nobody leads')
  const client = world.connect()

  client.command('CONFIG', 'SET', 'maxmemory', '5mb', 'timeout', '3')
  t.is(client.read(), '-CLUSTERDOWN nobody leads\r\n')
  client.command('CONFIG', 'GET', 'timeout')
  t.regex(client.read(), /\$1\r\n0\r\n/)
  t.is(world.topology.epoch, 0)
})

test('topology: a group lacks a setting of the cluster: who leads it gives it, once a second', (t) => {
  const world = new World({ answer: () => undefined })
  const [group] = world.groups
  const settings = { ...nothingSet, samples: 5 }
  Object.assign(group as object, { memory: { settings, isFull: false } })
  world.adopt(
    later(world, {
      settings: [
        ['maxmemory', '500'],
        ['maxmemory-samples', '5'],
        ['requirepass', ''],
      ],
    }),
  )

  world.turn()
  world.turn()

  const given = group?.calls.map(({ call }) => call.args)
  t.deepEqual(given, [[keepSettingsName, 'maxmemory', '500']])
  Object.assign(settings, { maxMemory: 500 })
  world.pass(5_000)
  world.turn()
  t.is(group?.calls.length, 1)
})

test('topology: shown: who changed what, without passwords', (t) => {
  const world = new World()
  const client = world.connect()
  client.command('CONFIG', 'SET', 'requirepass', 'pw')
  client.read()
  client.command('ACL', 'SETUSER', 'bob', '>other')
  client.read()

  client.command('QUORATE', 'TOPOLOGY')

  const shown = client.read()
  t.false(/"pw"|other|#/.test(shown))
  t.regex(shown, /\["requirepass","\*\*\*"\]/)
  t.regex(shown, /"epoch":2,"what":"ACL SETUSER bob"|"what":"ACL SETUSER bob"/)
})
