// What the router makes of the topology: settings and users of this member, settings of groups, and what it shows.

import test from 'ava'
import { keepSettingsName, nothingSet } from '../../src/api/group-settings.js'
import { error } from '../../src/api/replies.js'
import { ok } from '../../src/api/reply.js'
import type { Topology } from '../../src/api/topology.js'
import { sha256 } from '../../src/base/sha256.js'
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

test('topology: groups answer late: what was set meanwhile stays, own settings are set at once', (t) => {
  const world = new World({ answer: () => undefined })
  const client = world.connect()
  client.command('CONFIG', 'SET', 'requirepass', 'one', 'maxmemory', '5mb', 'timeout', '3')
  t.is(client.read(), '')
  t.is(world.router.state.settings.get('timeout'), '3')

  world.adopt(
    later(world, {
      settings: [
        ['maxmemory', '5242880'],
        ['requirepass', 'two'],
      ],
      users: [['default', `on #${sha256('two')} ~* &* +@all`]],
    }),
  )
  world.groups[0]?.answer(0, ok)

  t.is(client.read(), '+OK\r\n')
  t.is(world.router.state.settings.get('requirepass'), 'two')
  const other = world.connect()
  t.regex(other.ask('AUTH', 'one'), /WRONGPASS/)
  t.is(other.ask('AUTH', 'two'), '+OK\r\n')
})

test('topology: a group refuses what the topology holds: nobody is told that it failed', (t) => {
  const world = new World({ answer: () => undefined })
  const client = world.connect()
  client.command('CONFIG', 'SET', 'maxmemory', '5mb')

  world.groups[0]?.answer(0, error('CLUSTERDOWN nobody leads'))

  t.regex(client.read(), /^-UNKNOWNRESULT/)
})

test('topology: a client closes before the groups answer: nothing of it is kept', (t) => {
  const world = new World({ answer: () => undefined })
  const client = world.connect()
  client.command('CONFIG', 'SET', 'maxmemory', '5mb')
  world.router.closed(client.id, world.now)

  world.groups[0]?.answer(0, ok)

  t.is(world.router.state.changing.size, 0)
})

test('topology: epochs that were missed: default has the passwords of the last', (t) => {
  const world = new World()
  const rules = `on #${sha256('one')} ~* &* +@all`
  const users: Topology['users'] = [['default', rules]]
  world.adopt(later(world, { settings: [['requirepass', 'one']], users }))

  world.adopt(later(world, { settings: [['requirepass', 'two']], users }))

  const client = world.connect()
  t.regex(client.ask('AUTH', 'two'), /WRONGPASS/)
  t.is(client.ask('AUTH', 'one'), '+OK\r\n')
})

test('topology: an era that lost users and settings: they are as in the files again', (t) => {
  const users = [{ name: 'carol', rules: 'on nopass +@all' }]
  const world = new World({ config: { users } })
  const { state } = world.router
  const before = state.users.text()
  const client = world.connect()
  world.adopt(
    later(world, {
      settings: [['requirepass', 'pw']],
      users: [
        ['bob', 'on nopass ~* &* +@all'],
        ['carol', null],
        ['default', `on #${sha256('pw')} ~* &* +@all`],
      ],
    }),
  )
  t.is(client.ask('AUTH', 'bob', 'x'), '+OK\r\n')

  world.adopt(later(world, { settings: [], users: [], era: 7 }))

  t.is(state.users.text(), before)
  t.is(state.settings.get('requirepass'), '')
  t.true(world.turn().some((output) => output.kind === 'close' && output.connection === client.id))
})

test('topology: a user that was removed and made anew, unseen here: its connections are closed', (t) => {
  const away = new World()
  const there = new World()
  const admin = there.connect()
  admin.ask('ACL', 'SETUSER', 'bob', 'on', 'nopass', '+@all')
  admin.ask('ACL', 'SETUSER', 'eve', 'on', 'nopass', '+@all')
  away.adopt(there.topology)
  const [bob, eve] = ['bob', 'eve'].map((name) => {
    const client = away.connect()
    t.is(client.ask('AUTH', name, 'x'), '+OK\r\n')
    return client
  })

  admin.ask('ACL', 'DELUSER', 'bob')
  admin.ask('ACL', 'SETUSER', 'bob', 'on', 'nopass', '+@all')
  admin.ask('ACL', 'SETUSER', 'eve', '-get')
  away.adopt(there.topology)
  away.turn()

  t.true(bob?.isClosed)
  t.false(eve?.isClosed)
  admin.ask('ACL', 'SETUSER', 'bob', '-get')
  const again = away.connect()
  again.ask('AUTH', 'bob', 'x')
  away.adopt(there.topology)
  t.regex(again.ask('GET', 'a'), /NOPERM/)
})

test('topology: it is heard first after a disk was lost: who came in by the files alone is out', (t) => {
  const world = new World()
  let change: (() => void) | null = null
  const client = world.connect()
  const asking = world.connect()
  world.holds = (go) => {
    change = go
  }
  asking.command('ACL', 'SETUSER', 'eve', 'on', 'nopass', '+@all')

  const users: Topology['users'] = [['default', `on #${sha256('pw')} ~* &* +@all`]]
  world.adopt(later(world, { epoch: 5, settings: [['requirepass', 'pw']], users }))
  ;(change as (() => void) | null)?.()

  t.regex(asking.read(), /^-NOAUTH/)
  t.true(client.isClosed && asking.isClosed)
  t.is(world.router.state.users.get('eve'), undefined)
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
