// MIGRATE at the router: what the target is sent, what is deleted when, and what the client is told.

import test from 'ava'
import { limits } from '../../src/api/limits.js'
import { error, unknownResult } from '../../src/api/replies.js'
import { MigrateWorld } from './migrate-world.js'
import type { Client } from './world.js'

const clusterDown = error('CLUSTERDOWN no leader')

test('migrate: keys that are there: restored with their time, deleted once confirmed', (t) => {
  const w = new MigrateWorld()
  w.set('a', '1')
  w.set('b', '2')
  w.ttls.set('b', 5_000)

  w.migrate('', '3', '77', 'AUTH2', 'u', 'p', 'KEYS', 'a', 'none', 'b')
  const { sending } = w.asked[0] ?? t.fail()
  const before = [...w.values.keys()]
  w.answer({ head: [null, null], body: [null, null] })

  t.deepEqual(before, ['a', 'b'])
  t.is(w.client.read(), '+OK\r\n')
  t.is(w.values.size, 0)
  t.deepEqual(sending, {
    host: 'h',
    port: 1,
    login: ['u', 'p'],
    head: [
      ['AUTH', 'u', 'p'],
      ['SELECT', '3'],
    ],
    body: [
      ['RESTORE', 'a', '0', '<1>'],
      ['RESTORE', 'b', '5000', '<2>'],
    ],
    idleMs: 77,
  })
})

test('migrate: copy and replace: the target is told so, and the key stays', (t) => {
  const w = new MigrateWorld()
  w.set('a', '1')

  w.migrate('a', '0', '77', 'COPY', 'REPLACE')
  const { body } = w
  w.answer({ body: [null] })

  t.deepEqual(body, ['RESTORE a 0 <1> REPLACE'])
  t.is(w.client.read(), '+OK\r\n')
  t.is(w.values.get('a'), '1')
})

test('migrate: nothing is there: NOKEY, and nobody is asked', (t) => {
  const w = new MigrateWorld()

  w.migrate('a', '0', '77')
  w.migrate('', '0', '77', 'KEYS')

  t.is(w.client.read(), '+NOKEY\r\n+NOKEY\r\n')
  t.is(w.asked.length, 0)
})

test('migrate: what follows on the connection: waits for it', (t) => {
  const w = new MigrateWorld()
  w.set('a', '1')

  w.migrate('a', '0', '77')
  w.client.command('PING')
  const early = w.client.read()
  w.answer({ body: [null] })

  t.is(early, '')
  t.is(w.client.read(), '+OK\r\n+PONG\r\n')
})

test('migrate: the target refuses some keys: those stay, and the first error is the answer', (t) => {
  const w = new MigrateWorld()
  for (const key of ['a', 'b', 'c']) w.set(key, key)

  w.migrate('', '0', '77', 'KEYS', 'a', 'b', 'c')
  w.answer({ body: [null, 'BUSYKEY b', 'ERR c'] })

  t.is(w.client.read(), '-ERR Target instance replied with error: BUSYKEY b\r\n')
  t.deepEqual([...w.values.keys()], ['b', 'c'])
})

test('migrate: an error to AUTH or SELECT: everything stays', (t) => {
  const w = new MigrateWorld()
  w.set('a', '1')

  w.migrate('a', '99', '77')
  w.answer({ head: ['ERR DB index is out of range'], body: [] })

  t.is(w.client.read(), '-ERR Target instance replied with error: ERR DB index is out of range\r\n')
  t.is(w.values.size, 1)
})

for (const [fault, words] of [
  ['connect', 'connecting to the client'],
  ['write', 'writing to target instance'],
  ['read', 'reading to target instance'],
] as const) {
  test(`migrate: a fault, ${fault}: what was confirmed before is moved, the rest stays`, (t) => {
    const w = new MigrateWorld()
    for (const key of ['a', 'b', 'c']) w.set(key, key)

    w.migrate('', '0', '77', 'KEYS', 'a', 'b', 'c')
    w.answer({ fault, body: [null] })

    t.is(w.client.read(), `-IOERR error or timeout ${words}\r\n`)
    t.deepEqual([...w.values.keys()], ['b', 'c'])
  })
}

test('migrate: a key changes while it is sent: sent again with REPLACE, then deleted', (t) => {
  const w = new MigrateWorld()
  w.set('a', '1')
  w.set('b', '2')

  w.migrate('', '0', '77', 'KEYS', 'a', 'b')
  w.set('a', '11')
  w.answer({ body: [null, null] })
  const { body } = w
  const left = [...w.values.entries()]
  w.answer({ body: [null] })

  // One entry for all of a portion: what did not change waits with it.
  t.deepEqual(left, [
    ['a', '11'],
    ['b', '2'],
  ])
  t.deepEqual(body, ['RESTORE a 0 <11> REPLACE'])
  t.is(w.client.read(), '+OK\r\n')
  t.is(w.values.size, 0)
})

for (const step of ['watch', 'read', 'delete'] as const) {
  test(`migrate: a key changes right before each ${step}: never deleted in a state that was not sent`, (t) => {
    const w = new MigrateWorld()
    let count = 0
    const target = new Map<string, string>()
    w.set('a', 'v0')
    w.before = (now) => {
      if (now === step && count < 5 && w.values.has('a')) w.set('a', `v${++count}`)
      return undefined
    }

    w.migrate('a', '0', '77')
    for (let i = 0; i < 20 && w.asked.length > 0; i++) {
      for (const args of w.asked[0]?.sending.body ?? []) {
        target.set(args[1] as string, args[3] as string)
      }
      w.answer({ body: [null] })
    }

    t.is(w.client.read(), '+OK\r\n')
    t.is(target.get('a'), `<v${count}>`)
    t.false(w.values.has('a'))
  })
}

test('migrate: a key that changes always: given up after so many rounds, and it stays', (t) => {
  const w = new MigrateWorld()
  w.set('a', '0')
  w.set('b', '0')

  w.migrate('', '0', '77', 'KEYS', 'a', 'b')
  let rounds = 0
  for (; w.asked.length > 0; rounds++) {
    w.set('a', String(rounds))
    w.answer({ body: w.body.map(() => null) })
  }

  t.regex(
    w.client.read(),
    /^-ERR keys changed again and again while they were sent: they stay here/,
  )
  t.is(rounds, limits.migrateRoundsMax)
  t.deepEqual([...w.values.keys()], ['a'])
  t.true(w.world.router.state.gate.isOpen)
})

test('migrate: writes to keys that keep changing: wait, for a while, and reads do not', (t) => {
  const w = new MigrateWorld()
  const other = w.world.connect()
  w.set('a', '0')

  w.migrate('a', '0', '77')
  w.set('a', '1')
  w.answer({ body: [null] })
  const { gate } = w.world.router.state
  const heldNow = !gate.isOpen
  other.command('SET', 'a', '2')
  const held = other.read()
  w.world.pass(limits.migrateHoldMs)
  w.world.turn()
  const afterwards = other.read()
  w.answer({ body: [null] })

  t.true(heldNow)
  t.is(held, '')
  t.not(afterwards, '')
  t.true(gate.isOpen)
})

test('migrate: a key is deleted while it is sent: told so', (t) => {
  const w = new MigrateWorld()
  w.set('a', '0')

  w.migrate('a', '0', '77')
  w.remove('a')
  w.answer({ body: [null] })

  t.regex(w.client.read(), /^-ERR keys were deleted here while they were sent: the target holds/)
})

test('migrate: a key expires while it is sent: it does so there, too', (t) => {
  const w = new MigrateWorld()
  w.set('a', '0')
  w.ttls.set('a', 50)

  w.migrate('a', '0', '77')
  w.world.pass(60)
  w.remove('a')
  w.answer({ body: [null] })

  t.is(w.client.read(), '+OK\r\n')
})

test('migrate: a value that cannot be dumped: its error, and it stays', (t) => {
  const w = new MigrateWorld()
  w.set('a', '0')
  let reads = 0
  w.before = (step) => (step === 'read' && ++reads === 2 ? [error('ERR too large'), -1] : undefined)

  w.migrate('a', '0', '77')

  t.is(w.client.read(), '-ERR too large\r\n')
  t.is(w.asked.length, 0)
})

test('migrate: the group does not answer: its error; an unknown outcome is told as such', (t) => {
  for (const [step, reply, expected] of [
    ['read', clusterDown, clusterDown],
    ['watch', clusterDown, clusterDown],
    ['delete', clusterDown, clusterDown],
    ['delete', unknownResult, unknownResult],
  ] as const) {
    const w = new MigrateWorld()
    w.set('a', '0')
    w.before = (now) => (now === step ? reply : undefined)

    w.migrate('a', '0', '77')
    if (w.asked.length > 0) w.answer({ body: [null] })

    t.is(w.client.read(), `-${expected.text}\r\n`)
    t.is(w.values.size, 1)
    t.true(w.world.router.state.gate.isOpen)
  }
})

test('migrate: keys of two groups: one after the other', (t) => {
  const w = new MigrateWorld(['x'])
  for (const key of ['a', 'x:1', 'b']) w.set(key, key)

  w.migrate('', '0', '77', 'KEYS', 'a', 'x:1', 'b')
  const first = w.body
  w.answer({ body: [null, 'ERR b'] })
  const second = w.body
  w.answer({ body: ['ERR x'] })

  t.deepEqual(first, ['RESTORE a 0 <a>', 'RESTORE b 0 <b>'])
  t.deepEqual(second, ['RESTORE x:1 0 <x:1>'])
  // The first in the order of the command.
  t.is(w.client.read(), '-ERR Target instance replied with error: ERR x\r\n')
  t.deepEqual([...w.values.keys()], ['x:1', 'b'])
})

test('migrate: many keys: in portions', (t) => {
  const w = new MigrateWorld()
  const keys = Array.from({ length: limits.migrateKeysMax + 10 }, (_, i) => `k${i}`)
  for (const key of keys) w.set(key, key)

  w.migrate('', '0', '77', 'KEYS', ...keys)
  const first = w.body.length
  w.answer({ body: w.body.map(() => null) })
  const second = w.body.length
  w.answer({ body: w.body.map(() => null) })

  t.deepEqual([first, second], [limits.migrateKeysMax, 10])
  t.is(w.client.read(), '+OK\r\n')
  t.is(w.values.size, 0)
})

test('migrate: a key twice: sent twice, as Redis does', (t) => {
  const w = new MigrateWorld()
  w.set('a', '0')

  w.migrate('', '0', '77', 'KEYS', 'a', 'a')
  const { body } = w
  w.answer({ body: [null, 'BUSYKEY'] })

  t.is(body.length, 2)
  t.is(w.client.read(), '-ERR Target instance replied with error: BUSYKEY\r\n')
  t.is(w.values.size, 0)
})

test('migrate: two of them with the same key: one after the other', (t) => {
  const w = new MigrateWorld()
  const other = w.world.connect()
  w.set('a', '0')

  w.migrate('a', '0', '77')
  other.command('MIGRATE', 'h', '1', 'a', '0', '77')
  w.world.turn()
  const asked = w.asked.length
  w.answer({ body: [null] })

  t.is(asked, 1)
  t.is(other.read(), '+NOKEY\r\n')
})

test('migrate: more than run at a time: wait, and those whose client left do not begin', (t) => {
  const w = new MigrateWorld()
  const clients = Array.from({ length: limits.migrationsMax + 2 }, (_, i) => {
    w.set(`k${i}`, 'v')
    const client = w.world.connect()
    client.command('MIGRATE', 'h', '1', `k${i}`, '0', '77')
    return client
  })
  w.world.turn()
  const asked = w.asked.length
  w.world.router.closed((clients.at(-2) as Client).id, w.world.now)
  while (w.asked.length > 0) w.answer({ body: [null] })

  t.is(asked, limits.migrationsMax)
  t.is(clients.at(-1)?.read(), '+OK\r\n')
  t.deepEqual([...w.values.keys()], [`k${limits.migrationsMax}`])
})

test('migrate: a crowd waits, and the group refuses them all at once: each is told', (t) => {
  const w = new MigrateWorld()
  const crowd = 5_000
  const clients: Client[] = []
  for (let i = 0; i < limits.migrationsMax + crowd; i++) {
    const client = w.world.connect()
    if (i < limits.migrationsMax) w.set(`k${i}`, '1')
    client.command('MIGRATE', 'h', '1', `k${i}`, '0', '77')
    clients.push(client)
  }
  w.world.turn()
  w.before = (step) => (step === 'read' ? clusterDown : undefined)
  w.answer({ body: [null] })
  const replies = clients.slice(limits.migrationsMax).map((client) => client.read())

  t.is(clients[0]?.read(), '+OK\r\n')
  t.true(replies.every((reply) => reply === '-CLUSTERDOWN no leader\r\n'))
})

test('migrate: the client leaves: it goes on to its end', (t) => {
  const w = new MigrateWorld()
  w.set('a', '0')

  w.migrate('a', '0', '77')
  w.world.router.closed(w.client.id, w.world.now)
  w.answer({ body: [null] })

  t.is(w.values.size, 0)
})

test('migrate: inside MULTI: refused when it would run, and the rest is executed', (t) => {
  const w = new MigrateWorld()
  w.set('a', '0')

  w.client.ask('MULTI')
  const queued = w.client.ask('MIGRATE', 'h', '1', 'a', '0', '77')
  w.client.ask('PING')

  t.is(queued, '+QUEUED\r\n')
  t.is(w.client.ask('EXEC'), '*2\r\n-ERR Command not allowed inside a transaction\r\n+PONG\r\n')
  t.is(w.asked.length, 0)
})
