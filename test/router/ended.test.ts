// Clients that send nothing more, as at the end of a file that was sent with nc: all of it is done and answered.

import test from 'ava'
import { limits } from '../../src/api/limits.js'
import { ok } from '../../src/api/reply.js'
import { World } from './world.js'

test('ended: commands are open, and more behind them: all are taken and answered, then it closes', (t) => {
  const world = new World({ answer: () => undefined })
  const client = world.connect()
  const count = limits.pendingPerConnectionMax * 2
  client.send('SET a 1\r\n'.repeat(count))
  world.router.ended(client.id)
  const group = world.groups[0] as World['groups'][number]

  let answered = 0
  let text = client.read()
  while (group.calls.length > 0) {
    t.false(client.isClosed)
    answered++
    group.answer(0, ok)
    text += client.read()
  }

  t.is(answered, count)
  t.is(text.length, '+OK\r\n'.length * count)
  t.true(client.isClosed)
})

test('ended: a slow reader: the rest is made once it took what came before', (t) => {
  const world = new World({ answer: () => 'v'.repeat(limits.outputSoftBytes) })
  const client = world.connect()
  client.send('GET a\r\n'.repeat(3))
  const first = client.read()
  world.router.unsent(client.id, first.length)
  world.router.ended(client.id)
  let rest = client.read()
  world.router.unsent(client.id, first.length + rest.length)
  rest += client.read()
  t.true(rest.length < first.length * 2)
  t.false(client.isClosed)

  for (let turn = 0; turn < 6; turn++) {
    world.router.unsent(client.id, 0)
    rest += client.read()
  }

  t.is(first.length + rest.length, first.length * 3)
  t.true(client.isClosed)
})

test('ended: nothing is owed, or half a command came: it closes at once', (t) => {
  const world = new World()
  const [idle, half] = [world.connect(), world.connect()]
  half.send('*2\r\n$3\r\nGET')
  for (const { id } of [idle, half]) world.router.ended(id)

  world.turn()

  t.true(idle.isClosed)
  t.true(half.isClosed)
})
