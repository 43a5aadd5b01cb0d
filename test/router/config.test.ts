// CONFIG against redis-server: the same names, bounds and words.

import test from 'ava'
import { besideRedis } from '../beside-redis.js'
import { startRedis } from '../redis-server.js'
import { askSocket, partingOf } from './ask-socket.js'
import { configScripts } from './config-scripts.js'
import { encodeCommand, World } from './world.js'

besideRedis('config: the same scripts at redis-server: the same bytes', async (t) => {
  const redis = await startRedis()
  try {
    const different: unknown[] = []
    for (const script of configScripts) {
      const text = script.map(encodeCommand).join('')
      const client = new World().connect()
      client.send(text)
      const parting = partingOf(client.read(), await askSocket(redis.port, text))
      if (parting !== null) different.push({ script, parting })
    }

    t.deepEqual(different, [])
  } finally {
    await redis.stop()
  }
})

besideRedis('config get *: beside redis-server: each of its names', async (t) => {
  const redis = await startRedis()
  try {
    const text = encodeCommand(['CONFIG', 'GET', '*'])
    const theirs = namesIn(await askSocket(redis.port, text))
    const ours = namesIn(new World().connect().ask('CONFIG', 'GET', '*'))

    t.true(theirs.length > 190)
    t.deepEqual(
      theirs.filter((name) => !ours.includes(name)),
      [],
    )
  } finally {
    await redis.stop()
  }
})

/** Every second bulk string, without the first lines. */
function namesIn(reply: string): string[] {
  const lines = reply.split('\r\n')
  return lines.filter((_line, i) => i % 4 === 2)
}

test('config set: what the member was started with: only the same value again', (t) => {
  const client = new World().connect()

  t.is(client.ask('CONFIG', 'SET', 'appendonly', 'YES'), '+OK\r\n')
  t.regex(client.ask('CONFIG', 'SET', 'appendonly', 'no'), /can't set immutable config/)
  t.is(client.ask('CONFIG', 'GET', 'appendonly'), '*2\r\n$10\r\nappendonly\r\n$3\r\nyes\r\n')
})

test('config set: a path (S25): refused, with newlines and parents, too', (t) => {
  const client = new World().connect()

  for (const path of ['../x', '/etc', 'a\nb', 'a\x00b']) {
    t.regex(client.ask('CONFIG', 'SET', 'dir', path), /can't set protected config/)
    t.regex(client.ask('CONFIG', 'SET', 'dbfilename', path), /can't set protected config/)
  }
})
