// Messages between whole members in one process: who gets them, who is counted, what a lost frame does.

import test from 'ava'
import { pass, read } from './core-reader.js'
import { CoreWorld } from './core-world.js'

test('pub/sub: subscribed at one member, published at another: delivered and counted', (t) => {
  const world = new CoreWorld()
  world.settled()
  const listener = world.client(1)
  const publisher = world.client(2)

  listener.send('SUBSCRIBE news')
  read(world, listener, 1)
  publisher.send('PUBLISH news hello', 'PUBLISH other x', 'PUBSUB NUMSUB news', 'PUBSUB CHANNELS')
  const replies = read(world, publisher, 4)

  t.deepEqual(replies, [':1', ':0', '*2 $news :1', '*1 $news'])
  t.deepEqual(read(world, listener, 2), ['*3 $subscribe $news :1', '*3 $message $news $hello'])
})

test('pub/sub: patterns and channels on several members: each one counts', (t) => {
  const world = new CoreWorld()
  world.settled()
  const [one, two, three] = [world.client(1), world.client(2), world.client(3)]

  one.send('SUBSCRIBE news', 'PSUBSCRIBE n*')
  two.send('PSUBSCRIBE n*', 'PSUBSCRIBE [a-z]ews')
  world.answered()
  three.send('PUBLISH news hello', 'PUBSUB NUMPAT', 'PUBSUB NUMSUB news', 'SPUBLISH news x')

  t.deepEqual(read(world, three, 4), [':4', ':2', '*2 $news :1', ':0'])
  t.deepEqual(read(world, one, 4).slice(2), [
    '*3 $message $news $hello',
    '*4 $pmessage $n* $news $hello',
  ])
  t.deepEqual(read(world, two, 4).slice(2), [
    '*4 $pmessage $n* $news $hello',
    '*4 $pmessage $[a-z]ews $news $hello',
  ])
})

test('pub/sub: many messages of one publisher: arrive in order at another member', (t) => {
  const world = new CoreWorld()
  world.settled()
  const listener = world.client(3)
  const publisher = world.client(1)
  listener.send('SSUBSCRIBE log')
  world.answered()

  for (let i = 0; i < 200; i++) {
    publisher.send(`SPUBLISH log ${i}`)
    if (i % 7 === 0) world.step()
  }
  const [, ...messages] = read(world, listener, 201)

  t.deepEqual(
    messages,
    Array.from({ length: 200 }, (_, i) => `*3 $smessage $log $${i}`),
  )
})

test('pub/sub: a publisher behind its writes: listeners find what was written', (t) => {
  const world = new CoreWorld()
  world.settled()
  const listener = world.client(2)
  const publisher = world.client(1)
  listener.send('SUBSCRIBE done')
  world.answered()

  publisher.send('SET a 1', 'PUBLISH done a')
  read(world, listener, 2)
  const reader = world.client(3)
  reader.send('GET a')

  t.deepEqual(read(world, reader, 1), ['$1'])
})

test('pub/sub: a member killed: its listeners are no longer counted, and again once it is back', (t) => {
  const world = new CoreWorld()
  world.settled()
  const listener = world.client(3)
  const publisher = world.client(1)
  listener.send('SUBSCRIBE news')
  world.answered()

  world.kill(3)
  pass(world, 50)
  publisher.send('PUBLISH news x', 'PUBSUB CHANNELS')
  const dead = read(world, publisher, 2).slice(0, 2)
  world.start(3)
  pass(world, 1_000)
  const again = world.client(3)
  again.send('SUBSCRIBE news')
  read(world, again, 1)
  publisher.send('PUBLISH news y')

  t.deepEqual(dead, [':0', '*0 '])
  t.is(read(world, publisher, 3)[2], ':1')
  t.is(read(world, again, 2)[1], '*3 $message $news $y')
})

test('pub/sub: frames are lost: subscriptions are known everywhere in the end', (t) => {
  const world = new CoreWorld()
  world.settled()
  world.lossPerMille = 300
  const listener = world.client(1)
  for (let i = 0; i < 60; i++) {
    listener.send(`SUBSCRIBE c${i}`)
    if (i % 2 === 1) listener.send(`UNSUBSCRIBE c${i - 1}`)
    world.step()
  }
  pass(world, 2_000)
  world.lossPerMille = 0
  pass(world, 500)
  const asker = world.client(2)
  asker.send('PUBSUB CHANNELS')
  const [channels] = read(world, asker, 1)

  const kept = Array.from({ length: 30 }, (_, i) => `c${2 * i + 1}`)
  t.deepEqual(
    channels
      ?.split(' ')
      .slice(1)
      .toSorted((a, b) => (a < b ? -1 : 1)),
    kept.map((name) => `$${name}`).toSorted((a, b) => (a < b ? -1 : 1)),
  )
})

test('pub/sub: a peer that does not hear: a subscription is confirmed all the same', (t) => {
  const world = new CoreWorld()
  world.settled()
  world.cut.add('1-2')
  const listener = world.client(1)
  const from = world.mono

  listener.send('SUBSCRIBE news')
  read(world, listener, 1)

  t.deepEqual(listener.replies, ['*3 $subscribe $news :1'])
  t.true(world.mono - from > 100 && world.mono - from < 1_000)
})

test('pub/sub: a listener that leaves: is no longer counted elsewhere', (t) => {
  const world = new CoreWorld()
  world.settled()
  const listener = world.client(1)
  listener.send('SUBSCRIBE news', 'PSUBSCRIBE n*')
  world.answered()

  listener.member.inbox.push({ kind: 'closed', connection: listener.connection })
  pass(world, 20)
  const publisher = world.client(2)
  publisher.send('PUBLISH news x', 'PUBSUB NUMPAT')

  t.deepEqual(read(world, publisher, 2), [':0', ':0'])
})

test('tracking: off while a database is flushed: what was read before is not told of later', (t) => {
  const world = new CoreWorld()
  world.settled()
  const id = world.leader() === 1 ? 2 : 1
  const [reader, writer] = [world.client(id), world.client(id)]
  reader.isRaw = true
  writer.isRaw = true
  const say = (client: typeof reader, ...lines: readonly string[]): void => {
    client.send(...lines)
    pass(world, 50)
  }
  say(reader, 'HELLO 3', 'CLIENT TRACKING ON', 'GET k')
  say(reader, 'CLIENT TRACKING OFF')
  say(writer, 'FLUSHALL')

  say(reader, 'CLIENT TRACKING ON')
  say(writer, 'SET k 1')

  t.false(reader.text.includes('invalidate'))
  say(reader, 'GET k')
  say(writer, 'SET k 2')
  t.true(reader.text.includes('invalidate'))
})
