// Every command of Redis 7.0 exists here, or stands in the list of those that do not yet. Documentation of
// the router's commands is Redis' own.

import test from 'ava'
import { createEngine } from '../../src/engine/engine.js'
import { besideRedis } from '../beside-redis.js'
import { startRedis } from '../redis-server.js'
import { askSocket } from './ask-socket.js'
import { missing } from './missing-names.js'
import { encodeCommand, World } from './world.js'

const { commands } = createEngine({ databases: 16, bulkBytesMax: 1024, maxMemory: 0 })

/** Bulk strings of an array of them. */
function namesIn(reply: string): string[] {
  return reply.split('\r\n').filter((_line, i) => i > 0 && i % 2 === 0 && _line !== '')
}

besideRedis('names: COMMAND LIST of redis-server: here, or listed as missing', async (t) => {
  const redis = await startRedis()
  try {
    const text = encodeCommand(['COMMAND', 'LIST'])
    const theirs = namesIn(await askSocket(redis.port, text))
    const ours = new Set(namesIn(new World({ commands }).connect().ask('COMMAND', 'LIST')))

    t.true(theirs.length > 350)
    const absent = theirs.filter((name) => !ours.has(name) && !missing.has(name))
    t.deepEqual(absent.toSorted(), [])
    const built = [...missing].filter((name) => ours.has(name))
    t.deepEqual(built, [], 'built: take them off the list')
  } finally {
    await redis.stop()
  }
})

test('names: a command that is missing: an error in Redis’ words, and the connection stays', (t) => {
  const client = new World({ commands }).connect()

  for (const name of [...missing, 'nosuch', 'x'.repeat(300), 'a\r\nb', '']) {
    t.regex(client.ask(name, 'a', 'b'), /^-ERR unknown (sub)?command/, name)
    t.false(client.isClosed)
  }
})

besideRedis(
  'names: COMMAND DOCS of the router’s commands: as redis-server shows them',
  async (t) => {
    const redis = await startRedis()
    try {
      const world = new World({ commands })
      const client = world.connect()
      const different: string[] = []
      let count = 0
      for (const entry of world.router.state.table.all()) {
        if (entry.run === null || entry.subcommands !== null) continue
        const words = ['COMMAND', 'DOCS', entry.name]
        const theirs = await askSocket(redis.port, encodeCommand(words))
        if (theirs === '*0\r\n') continue
        count++
        if (bag(client.ask(...words)) !== bag(theirs)) different.push(entry.name)
      }

      t.deepEqual(different, [])
      t.true(count > 110)
    } finally {
      await redis.stop()
    }
  },
)

/** The lines of a reply in one order: sets come in any. */
function bag(reply: string): string {
  return reply.split('\r\n').toSorted().join('\n')
}
