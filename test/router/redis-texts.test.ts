// Replies of the router's commands against a real redis-server, byte for byte: what both serve must
// read the same, errors above all. Where we differ on purpose the case is in another test.

import { createRequire } from 'node:module'
import { createEngine } from '../../src/engine/engine.js'
import { besideRedis } from '../beside-redis.js'
import { startRedis } from '../redis-server.js'
import { askSocket } from './ask-socket.js'
import { scripts } from './redis-scripts.js'
import { encodeCommand, World } from './world.js'

/** redis-parser comes without types. */
const RedisParser = createRequire(import.meta.url)('redis-parser') as new (options: {
  readonly returnReply: (reply: unknown) => void
  readonly returnError: (error: Error) => void
}) => { execute(bytes: Buffer): void }

besideRedis('router commands: the same scripts at redis-server: the same bytes', async (t) => {
  const redis = await startRedis()
  try {
    const different: unknown[] = []
    for (const script of scripts) {
      const text = script.map(encodeCommand).join('')
      const theirs = await askSocket(redis.port, text)
      const ours = askWorld(text)
      if (ours !== theirs) different.push({ script, ours, theirs })
    }

    t.deepEqual(different, [])
  } finally {
    await redis.stop()
  }
})

besideRedis(
  'router commands: no password given to a redis-server with one: the same bytes',
  async (t) => {
    const redis = await startRedis(['--requirepass', 'secret'])
    const script = [
      ['PING'],
      ['nosuch', 'x'],
      ['GET'],
      ['GET', 'a'],
      ['HELLO'],
      ['HELLO', '3'],
      ['CLIENT', 'foo'],
      ['CLIENT', 'ID'],
      ['AUTH', 'wrong'],
      ['AUTH', 'default', 'wrong'],
      ['HELLO', '3', 'AUTH', 'default', 'wrong'],
      ['AUTH', 'secret'],
      ['PING'],
      ['RESET'],
      ['PING'],
    ]
    try {
      const text = script.map(encodeCommand).join('')
      const theirs = await askSocket(redis.port, text)

      t.is(askWorld(text, 'secret'), theirs)
    } finally {
      await redis.stop()
    }
  },
)

besideRedis(
  'router commands: COMMAND INFO of all that redis-server has, too: the same metadata',
  async (t) => {
    const redis = await startRedis()
    try {
      const names = [...new World({ commands: new Map() }).router.state.table.all()].map(
        (e) => e.name,
      )
      const text = encodeCommand(['COMMAND', 'INFO', ...names])
      const theirs = parseReply(await askSocket(redis.port, text))
      const ours = parseReply(askWorld(text))
      t.true(Array.isArray(theirs) && Array.isArray(ours))
      if (!Array.isArray(theirs) || !Array.isArray(ours)) return
      const known = theirs.flatMap((theirs, i) =>
        theirs === null ? [] : [[ours[i], theirs] as const],
      )

      const different = known
        .map(([ours, theirs]) => [comparable(ours), comparable(theirs)])
        .filter(([ours, theirs]) => ours !== theirs)
      t.deepEqual(different, [])
      t.true(known.length > 60)
    } finally {
      await redis.stop()
    }
  },
)

besideRedis(
  'router commands: COMMAND INFO in RESP3: sets where redis-server has sets',
  async (t) => {
    const redis = await startRedis()
    try {
      // The reply of HELLO names versions, which differ.
      const behindHello = (text: string): string => text.slice(text.indexOf('*3\r\n*10\r\n'))
      const text =
        encodeCommand(['HELLO', '3']) + encodeCommand(['COMMAND', 'INFO', 'echo', 'select', 'ping'])
      const ours = behindHello(askWorld(text))

      t.is(ours, behindHello(await askSocket(redis.port, text)))
      t.true(ours.includes('~0\r\n'))
    } finally {
      await redis.stop()
    }
  },
)

besideRedis(
  'router commands: COMMAND DOCS and INFO of the engine: as redis-server shows them',
  async (t) => {
    const redis = await startRedis()
    try {
      const { commands } = createEngine({ databases: 16, bulkBytesMax: 1024, maxMemory: 0 })
      const different: unknown[] = []
      for (const name of commands.keys()) {
        if (newer.has(name)) continue
        for (const word of ['INFO', 'DOCS']) {
          const text = encodeCommand(['COMMAND', word, name])
          const known = parseReply(await askSocket(redis.port, text))
          // What came after 7.0 has no twin.
          if (!Array.isArray(known) || known.length === 0 || known[0] === null) continue
          const theirs = canonical(known)
          const client = new World({ commands }).connect()
          client.send(text)
          const ours = canonical(parseReply(client.read()))
          if (ours !== theirs) different.push({ name, word, ours, theirs })
        }
      }

      t.deepEqual(different, [])
      t.true(commands.size > 40)
    } finally {
      await redis.stop()
    }
  },
)

/** Their WITHSCORE came with 7.2, and so another arity. */
const newer = new Set(['zrank', 'zrevrank'])

/** With every list of plain words, and subcommands, in one order: redis-server shows its tables' order. */
function canonical(reply: unknown): string {
  return JSON.stringify(reply, (_key, value: unknown) => {
    if (!Array.isArray(value)) return value
    const list: readonly unknown[] = value
    if (list.every((word) => typeof word === 'string')) return list.map(String).toSorted()
    const isNamed = list.every((item, at) => at % 2 === 1 || String(item).includes('|'))
    if (isNamed && typeof list[0] === 'string') {
      const pairs = list.flatMap((name, at) => (at % 2 === 0 ? [[String(name), list[at + 1]]] : []))
      return pairs.toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1)).flat()
    }
    const areSubcommands = list.every((item) => Array.isArray(item) && /\|/.test(String(item[0])))
    return areSubcommands ? list.toSorted((a, b) => (String(a) < String(b) ? -1 : 1)) : list
  })
}

/** All but the subcommands, with sets in one order. */
function comparable(info: unknown): string {
  if (!Array.isArray(info)) return String(info)
  const parts: readonly unknown[] = info.slice(0, 9)
  return JSON.stringify(
    parts.map((part) => (Array.isArray(part) ? part.map(String).toSorted() : part)),
  )
}

/** The first reply in a text. */
function parseReply(text: string): unknown {
  let made: unknown = null
  const parser = new RedisParser({
    returnReply: (reply: unknown) => {
      made = reply
    },
    returnError: (error: Error) => {
      made = error
    },
  })
  parser.execute(Buffer.from(text, 'latin1'))
  return made
}

function askWorld(text: string, password: string | null = null): string {
  const world = new World({ config: { password } })
  const client = world.connect()
  client.send(text)
  return client.read()
}
