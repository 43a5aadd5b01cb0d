// A reply of very many items leaves piece by piece, and in its place.

import test from 'ava'
import { limits } from '../../src/api/limits.js'
import type { Reply } from '../../src/api/reply.js'
import { respDoor } from '../../src/resp/door.js'
import { type Client, World } from './world.js'

const long: readonly string[] = Array.from(
  { length: 4 * limits.replyItemsWhole },
  (_, i) => `item number ${i}`,
)
const whole = respDoor.encode(long, 2)

/** Turns while the router asks for them at once. */
function readAll(world: World, client: Client): { readonly text: string; readonly turns: number } {
  let text = client.read()
  let turns = 1
  for (; world.router.wakeAt() <= world.now.mono; turns++) text += client.read()
  return { text, turns }
}

test('long reply: others are answered between its pieces; what follows it keeps its place', (t) => {
  const world = new World({ answer: (call) => (call.args[1] === 's' ? long : 'v') })
  const [reader, other] = [world.connect(), world.connect()]

  reader.command('GET', 's')
  reader.command('GET', 'a')
  const first = reader.read()
  const between = other.ask('GET', 'b')
  const { text, turns } = readAll(world, reader)

  t.true(first.length < 2 * limits.replySliceChars && first.length > 0)
  t.is(between, '$1\r\nv\r\n')
  t.true(turns > 3)
  t.true(first + text === `${whole}$1\r\nv\r\n`)
  t.is(reader.ask('GET', 'c'), '$1\r\nv\r\n')
})

test('long reply: given before an older one, or inside EXEC: whole and in its place', (t) => {
  const world = new World({ answer: () => undefined })
  const client = world.connect()
  const [group] = world.groups
  client.command('GET', 'a')
  client.command('GET', 's')
  client.command('GET', 'b')
  client.command('GET', 't')

  group?.answer(3, ['first', long, 'last'] satisfies Reply)
  group?.answer(1, long)
  group?.answer(1, 'B')
  t.is(client.read(), '')
  group?.answer(0, 'A')
  const { text } = readAll(world, client)

  const exec = `*3\r\n$5\r\nfirst\r\n${whole}$4\r\nlast\r\n`
  t.true(text === `$1\r\nA\r\n${whole}$1\r\nB\r\n${exec}`)
})

test('long reply: the client lags: nothing more is made until it took what there is', (t) => {
  const world = new World({ answer: () => long })
  const client = world.connect()
  client.command('GET', 's')
  let text = client.read()

  world.router.unsent(client.id, limits.outputSoftBytes)
  for (let i = 0; i < 5; i++) t.is(client.read(), '')
  t.true(world.router.wakeAt() > world.now.mono)
  world.router.unsent(client.id, 0)
  text += readAll(world, client).text

  t.true(text === whole)
})

test('long reply: a message in the middle of it: follows it', (t) => {
  const world = new World({ answer: () => long })
  const [client, other] = [world.connect(), world.connect()]
  client.ask('HELLO', '3')
  client.ask('SUBSCRIBE', 'news')
  client.command('GET', 's')
  let text = client.read()

  other.ask('PUBLISH', 'news', 'now')
  text += readAll(world, client).text

  t.true(text === `${whole}>3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$3\r\nnow\r\n`)
})

test('long reply: the connection ends, or is silent: nothing is left of it', (t) => {
  const world = new World({ answer: () => long })
  const [gone, silent] = [world.connect(), world.connect()]
  gone.command('GET', 's')
  gone.read()

  world.router.closed(gone.id, world.now)
  silent.command('CLIENT', 'REPLY', 'OFF')
  silent.command('GET', 's')
  const { text, turns } = readAll(world, silent)

  t.is(text, '')
  t.is(turns, 1)
  t.true(world.router.drain())
})
