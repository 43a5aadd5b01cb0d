// Keyspace notifications of random commands against redis-server: the same events of the same keys in the
// same order. Keys past their time are told of when somebody meets them, which depends on the moment.

import { besideRedis } from '../beside-redis.js'
import { Random } from '../../src/base/random.js'
import { startRedis } from '../redis-server.js'
import { readDocs } from './docs.js'
import { RawRedis } from './raw-redis.js'
import { parseReply } from './reply-text.js'
import { AddressSide, EngineSide } from './side.js'
import { nameOf } from './state.js'
import { Units } from './units.js'

const commandsAll = Number(process.env['COMMANDS'] ?? 20_000)
const unitsPerRound = 60
const momentary = new Set(['expired', 'hexpired', 'evicted'])

/** What a subscriber heard since it asked last, as `event database key`. */
async function heardBy(listener: RawRedis): Promise<string[]> {
  listener.write([['ping']])
  const events: string[] = []
  for (;;) {
    const [message = ''] = await listener.next(1)
    const words = (parseReply(message).items ?? []).map((item) => item.text)
    if (words[0] === 'pong') return events
    const [, db, event = ''] = /^__keyevent@(\d+)__:(.*)$/.exec(words[2] ?? '') ?? []
    if (!momentary.has(event)) events.push(`${event} ${db} ${words[3]}`)
  }
}

function eventOf(text: string): string {
  return text.slice(0, text.indexOf(' '))
}

besideRedis('events: random commands: are those of redis-server, in its order', async (t) => {
  const seed = Number(process.env['SEED'] ?? 5)
  const server = await startRedis(['--hz', '500', '--notify-keyspace-events', 'EAnm'])
  const theirs = await AddressSide.open(server.port)
  const listener = await RawRedis.open(server.port)
  await listener.send([['psubscribe', '__keyevent@*__:*']])
  let told: string[] = []
  const tell = (event: string, db: number, key: string): void => {
    if (!momentary.has(event)) told.push(`${event} ${db} ${key}`)
  }
  const ours = new EngineSide(2, seed, 1, {
    changed: tell,
    created: (db, key) => tell('new', db, key),
    missed: (db, key) => tell('keymiss', db, key),
    cleared: () => undefined,
  })
  const docs = await readDocs(theirs.redis)
  const known = (name: string): boolean => ours.knows(name)
  const units = new Units({ docs, known, commands: [], families: [], isSession: false })
  const differences = new Map<string, string>()
  let heard = 0
  let commands = 0
  try {
    for (let round = 0; commands < commandsAll && differences.size < 20; round++) {
      const random = new Random(seed, round + 1)
      const start = [['flushall'], ['select', '0']]
      await Promise.all([theirs.send(start), ours.send(start), heardBy(listener)])
      told = []
      const lines = Array.from({ length: unitsPerRound }, () => units.draw(random)).flat()
      for (const line of lines) {
        commands++
        const [[theirReply = ''], [ourReply = '']] = await Promise.all([
          theirs.send([line]),
          ours.send([line]),
        ])
        const here = told
        let there = await heardBy(listener)
        told = []
        // SCAN with TYPE tells of a key whose time ended before redis-server's own cycle came to it.
        if (nameOf(line) === 'scan') there = there.filter((each) => eventOf(each) !== 'keymiss')
        heard += there.length
        if (ourReply[0] !== theirReply[0]) break
        // In the order in which a set comes.
        if (nameOf(line).startsWith('sort')) for (const events of [here, there]) events.sort()
        if (here.join() === there.join()) continue
        const shown = `${JSON.stringify(line).slice(0, 300)}: [${here.slice(0, 9)}] but [${there.slice(0, 9)}]`
        const kind = `${nameOf(line)} ${here.map(eventOf)} ${there.map(eventOf)}`
        if (!differences.has(kind)) differences.set(kind, shown)
        break
      }
    }
  } finally {
    theirs.close()
    listener.close()
    await server.stop()
  }
  t.true(heard > commandsAll / 4)
  t.deepEqual([...differences.values()], [])
})
