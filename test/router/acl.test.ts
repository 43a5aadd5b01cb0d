// Users: replies against redis-server, what they may do, and what happens to connections when they change.

import test from 'ava'
import { createEngine } from '../../src/engine/engine.js'
import { besideRedis } from '../beside-redis.js'
import { startRedis } from '../redis-server.js'
import { aclScripts } from './acl-scripts.js'
import { askSocket, partingOf } from './ask-socket.js'
import { encodeCommand, World } from './world.js'

const { commands } = createEngine({ databases: 16, bulkBytesMax: 1024, maxMemory: 0 })
const cleaning = encodeCommand(['ACL', 'DELUSER', 'a'])

function world(): World & { readonly asked: (readonly string[])[] } {
  const asked: (readonly string[])[] = []
  const made = new World({
    commands,
    answer: (call) => {
      asked.push(call.args)
      return call.args[0] === 'mget' ? [null] : null
    },
  })
  return Object.assign(made, { asked })
}

for (const protocol of ['2', '3']) {
  besideRedis(
    `acl: the same scripts in RESP${protocol} at redis-server: the same bytes`,
    async (t) => {
      const redis = await startRedis()
      try {
        const different: unknown[] = []
        for (const script of aclScripts) {
          const text = script.map(encodeCommand).join('')
          const hello = protocol === '3' ? encodeCommand(['HELLO', '3']) : ''
          const theirs = afterHello(await askSocket(redis.port, hello + text))
          await askSocket(redis.port, cleaning)
          const client = world().connect()
          client.send(hello + text)
          const ours = afterHello(client.read())
          const parting = partingOf(ours, theirs)
          if (parting !== null)
            different.push({ script: script.map((args) => args.join(' ')), parting })
        }

        t.deepEqual(different, [])
      } finally {
        await redis.stop()
      }
    },
  )
}

/** Without the reply of HELLO, which names version and connection. */
function afterHello(text: string): string {
  const end = '$7\r\nmodules\r\n*0\r\n'
  return text.startsWith('%') ? text.slice(text.indexOf(end) + end.length) : text
}

test('acl setuser: a bad rule among good ones: the user stays as it was', (t) => {
  const client = world().connect()
  client.ask('ACL', 'SETUSER', 'a', 'on', '+get')
  const before = client.ask('ACL', 'LIST')

  t.regex(client.ask('ACL', 'SETUSER', 'a', 'off', '+set', '+nosuch'), /^-ERR Error in ACL SETUSER/)
  t.is(client.ask('ACL', 'LIST'), before)
  t.regex(client.ask('ACL', 'SETUSER', 'b', 'on', 'foo'), /^-ERR/)
  t.is(client.ask('ACL', 'LIST'), before)
})

test('acl setuser: of a user that is connected: holds for its next command', (t) => {
  const one = world()
  const admin = one.connect()
  const client = one.connect()
  admin.ask('ACL', 'SETUSER', 'a', 'on', 'nopass', '+get', '~*')
  client.ask('AUTH', 'a', 'x')
  t.is(client.ask('GET', 'k'), '$-1\r\n')

  admin.ask('ACL', 'SETUSER', 'a', '-get')

  t.regex(client.ask('GET', 'k'), /^-NOPERM/)
  t.false(client.isClosed)
})

test('acl deluser: connections of the user: are closed, others stay', (t) => {
  const one = world()
  const admin = one.connect()
  const client = one.connect()
  admin.ask('ACL', 'SETUSER', 'a', 'on', 'nopass', '+get', '~*')
  client.ask('AUTH', 'a', 'x')

  t.is(admin.ask('ACL', 'DELUSER', 'a'), ':1\r\n')

  t.true(client.isClosed)
  t.false(admin.isClosed)
})

test('acl log: refusals of each kind: newest first, equal ones counted, never a password', (t) => {
  const one = world()
  const client = one.connect()
  client.ask('ACL', 'SETUSER', 'a', 'on', '>secretword', '+get', '~k')
  client.ask('AUTH', 'a', 'wrongword')
  client.ask('HELLO', '2', 'AUTH', 'a', 'wrongword')
  client.ask('AUTH', 'a', 'secretword')
  client.ask('DEL', 'k')
  client.ask('GET', 'x')
  client.ask('GET', 'x')
  client.ask('RESET')

  const log = client.ask('ACL', 'LOG')

  const places = ['$1\r\nx\r\n', '$3\r\ndel\r\n', '$5\r\nHELLO\r\n', '$4\r\nAUTH\r\n'].map((text) =>
    log.indexOf(text),
  )
  t.true(places.every((place) => place > 0))
  t.deepEqual(
    places,
    places.toSorted((a, b) => a - b),
  )
  t.true(log.startsWith('*4\r\n*20\r\n$5\r\ncount\r\n:2\r\n$6\r\nreason\r\n$3\r\nkey\r\n'))
  t.false(log.includes('word'.concat('\r')) || log.includes('secretword'))
  t.regex(client.ask('INFO', 'stats'), /acl_access_denied_key:2\r\n/)
})

test('acl log: more entries than acllog-max-len: the oldest go', (t) => {
  const client = world().connect()
  client.ask('CONFIG', 'SET', 'acllog-max-len', '2')
  for (const name of ['a', 'b', 'c']) client.ask('AUTH', name, 'x')

  const log = client.ask('ACL', 'LOG')

  t.true(log.startsWith('*2\r\n'))
  t.true(log.includes('$1\r\nc\r\n') && log.includes('$1\r\nb\r\n'))
  t.is(client.ask('ACL', 'LOG', 'RESET'), '+OK\r\n')
  t.is(client.ask('ACL', 'LOG'), '*0\r\n')
})

test('client kill user: of a user: its connections alone', (t) => {
  const one = world()
  const admin = one.connect()
  const client = one.connect()
  admin.ask('ACL', 'SETUSER', 'a', 'on', 'nopass')
  client.ask('AUTH', 'a', 'x')

  t.is(admin.ask('CLIENT', 'KILL', 'USER', 'a'), ':1\r\n')

  admin.read()
  t.true(client.isClosed)
  t.regex(admin.ask('CLIENT', 'LIST'), /user=default/)
})

test('acl setuser: between MULTI and EXEC: what is not allowed any more is refused in its place', (t) => {
  const one = world()
  const admin = one.connect()
  const client = one.connect()
  admin.ask('ACL', 'SETUSER', 'a', 'on', 'nopass', '+@all', '~*')
  client.ask('AUTH', 'a', 'x')
  for (const command of [['MULTI'], ['PING'], ['SET', 'k', '1'], ['GET', 'x']])
    client.ask(...command)

  admin.ask('ACL', 'SETUSER', 'a', '-ping', 'resetkeys', '~k')
  client.command('EXEC')
  client.read()

  // The group is asked for the one command that is left.
  t.deepEqual(one.asked.at(-1)?.slice(-3), ['set', 'k', '1'])
  t.regex(admin.ask('ACL', 'LOG'), /multi/)
})

test('acl: a command that may not be queued: EXEC aborts', (t) => {
  const client = world().connect()
  client.ask('ACL', 'SETUSER', 'a', 'on', 'nopass', '+multi', '+exec')
  client.ask('AUTH', 'a', 'x')
  client.ask('MULTI')

  t.regex(client.ask('GET', 'k'), /^-NOPERM/)
  t.regex(client.ask('EXEC'), /^-EXECABORT/)
})
