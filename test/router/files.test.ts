// ACL SAVE, ACL LOAD and CONFIG REWRITE: what the host is asked, and what becomes of its answer.

import test from 'ava'
import type { FileTask } from '../../src/api/io.js'
import { error } from '../../src/api/replies.js'
import { type Client, World, type WorldOptions } from './world.js'

const path = '/etc/users.acl'

function worldWith(config: WorldOptions['config']): World {
  return new World({ config: { aclFile: path, ...config } })
}

/** The file task that the host was asked last. */
function asked(world: World): { readonly id: number; readonly task: FileTask } {
  const found = world.outputs.findLast((output) => output.kind === 'file')
  if (found === undefined || found.kind !== 'file') throw new Error('the host was not asked')
  return found
}

function loadText(world: World, client: Client, text: string): string {
  client.ask('ACL', 'LOAD')
  world.router.filed(asked(world).id, { error: null, text })
  return client.read()
}

test('acl save: with a file: the host gets every user, the client its answer afterwards', (t) => {
  const world = worldWith({})
  const client = world.connect()
  client.ask('ACL', 'SETUSER', 'a', 'on', '>p')

  client.command('ACL', 'SAVE')
  client.command('PING')
  t.is(client.read(), '')
  const { id, task } = asked(world)
  world.router.filed(id, { error: null, text: '' })

  t.is(client.read(), '+OK\r\n+PONG\r\n')
  t.is(task.name, 'write-users')
  if (task.name === 'write-users') {
    t.regex(task.text, /^user a on #148de9\w+ resetchannels -@all\nuser default on nopass/)
  }
})

test('acl save: the disk refuses: an error', (t) => {
  const world = worldWith({})
  const client = world.connect()

  client.ask('ACL', 'SAVE')
  world.router.filed(asked(world).id, { error: 'No space left on device', text: '' })

  t.regex(client.read(), /^-ERR There was an error trying to save the ACLs/)
})

test('acl load: users new, changed, gone: taken, and connections of the latter two are closed', (t) => {
  const world = worldWith({})
  const admin = world.connect()
  const clients = ['same', 'changed', 'gone'].map((name) => {
    admin.ask('ACL', 'SETUSER', name, 'on', 'nopass', '+ping')
    const client = world.connect()
    client.ask('AUTH', name, 'x')
    return client
  })

  const text = 'user same on nopass +ping\nuser changed on nopass\n\n user new on\n'
  t.is(loadText(world, admin, text), '+OK\r\n')

  t.deepEqual(
    clients.map((client) => client.isClosed),
    [false, true, true],
  )
  t.is(
    admin.ask('ACL', 'USERS'),
    '*4\r\n$7\r\nchanged\r\n$7\r\ndefault\r\n$3\r\nnew\r\n$4\r\nsame\r\n',
  )
})

test('acl load: refused, while a user changed otherwise: its connections stay', (t) => {
  const world = worldWith({})
  const admin = world.connect()
  admin.ask('ACL', 'SETUSER', 'bob', 'on', 'nopass', '+ping')
  const bob = world.connect()
  bob.ask('AUTH', 'bob', 'x')
  world.holds = (go) => {
    world.router.state.users.put('bob', 'on nopass +ping +get')
    world.refusal = error('CLUSTERDOWN nobody leads')
    go()
  }

  t.regex(loadText(world, admin, 'user bob on nopass\n'), /^-CLUSTERDOWN/)

  t.false(bob.isClosed)
})

const refusals: readonly (readonly [string, string])[] = [
  [
    'user a on >p +nosuch\nuser b foo\n',
    `${path}:1: Error in applying operation '+nosuch': Unknown command or category name in ACL. ${path}:2: Syntax error. `,
  ],
  ['foo bar\n', `${path}:1 should start with user keyword followed by the username. `],
  ['user a on\nuser a off\n', "WARNING: Duplicate user 'a' found on line 2. "],
  ['user a (+get\n', `${path}:1: Unmatched parenthesis in selector definition.`],
  ['user a >secret b c\n', `${path}:1: Syntax error. `],
]

for (const [text, fault] of refusals) {
  test(`acl load: ${JSON.stringify(text)}: refused in Redis’ words, users as they were`, (t) => {
    const world = worldWith({})
    const client = world.connect()
    client.ask('ACL', 'SETUSER', 'kept', 'on')

    const reply = loadText(world, client, text)

    const end =
      'WARNING: ACL errors detected, no change to the previously active ACL rules was performed'
    t.is(reply, `-ERR ${fault}${end}\r\n`)
    t.regex(client.ask('ACL', 'LIST'), /user kept on/)
  })
}

test('acl load: a file that does not name default: it is as configured, with its password', (t) => {
  const world = worldWith({ password: 'secret' })
  const client = world.connect()
  client.ask('AUTH', 'secret')
  client.ask('ACL', 'SETUSER', 'default', '-@all', '+acl')

  t.is(loadText(world, client, 'user a on\n'), '+OK\r\n')

  t.is(world.connect().ask('PING'), '-NOAUTH Authentication required.\r\n')
  t.is(client.ask('PING'), '+PONG\r\n')
})

test('acl save in a transaction: refused, one reply', (t) => {
  const client = worldWith({}).connect()
  client.ask('MULTI')
  client.ask('ACL', 'SAVE')

  t.is(client.ask('EXEC'), '*1\r\n-ERR Command not allowed inside a transaction\r\n')
  t.is(client.ask('PING'), '+PONG\r\n')
})

test('config rewrite: settings and users that changed: at their places in the file', (t) => {
  const world = new World({ configFile: '/etc/q.yaml' })
  const client = world.connect()
  client.ask('CONFIG', 'SET', 'requirepass', 'p', 'maxclients', '7', 'timeout', '3')
  client.ask('ACL', 'SETUSER', 'a', 'on')

  client.ask('CONFIG', 'REWRITE')
  const { id, task } = asked(world)
  world.router.filed(id, { error: null, text: '' })

  t.is(client.read(), '+OK\r\n')
  if (task.name !== 'rewrite-config') return t.fail()
  t.deepEqual(
    new Map(task.values.map(([place, value]) => [place.join('.'), JSON.stringify(value)])),
    new Map([
      ['clients.max', '7'],
      ['settings.timeout', '"3"'],
      ['security.password', '"p"'],
      [
        'users',
        JSON.stringify([
          { name: 'a', rules: 'on resetchannels -@all' },
          {
            name: 'default',
            rules:
              'on #148de9c5a7a44d19e56cd9ae1a554bf67847afb0c58f6e12fa29ac7ddfca9940 ~* &* +@all',
          },
        ]),
      ],
    ]),
  )
})

test('config rewrite: started without a file: refused', (t) => {
  t.is(
    new World().connect().ask('CONFIG', 'REWRITE'),
    '-ERR The server is running without a config file\r\n',
  )
})

test('users and settings of the configuration: good and bad: taken, and the member does not start', (t) => {
  const users = [{ name: 'app', rules: 'on >p ~app:* +@all' }]
  const good = new World({ config: { users, settings: [['timeout', '7']] } })
  const client = good.connect()

  t.is(good.router.startFault, '')
  t.is(client.ask('AUTH', 'app', 'p'), '+OK\r\n')
  t.is(client.ask('CONFIG', 'GET', 'timeout'), '*2\r\n$7\r\ntimeout\r\n$1\r\n7\r\n')
  const faultOf = (config: WorldOptions['config']): string =>
    new World({ ...(config === undefined ? {} : { config }) }).router.startFault
  t.regex(
    faultOf({ users: [{ name: 'a', rules: '+nosuch' }] }),
    /^users\.0\.rules: users:1: Error in applying/,
  )
  const line = { name: 'a', rules: 'on +nosuch' }
  const inFile = faultOf({ aclFile: '/etc/users.acl', users: [line] })
  t.regex(inFile, /^security\.acl-file: \/etc\/users\.acl:1: Error in applying/)
  t.is(faultOf({ settings: [['nosuch', '1']] }), 'settings.nosuch: there is no such setting')
  t.regex(faultOf({ settings: [['databases', '3']] }), /^settings.databases: can't set immutable/)
})
