// A member that is cut off with a minority: what its clients are told, and how soon.

import test from 'ava'
import type { KeyspaceConfig } from '../../src/api/config.js'
import { type Client, CoreWorld, keyspace } from './core-world.js'

type Kind = Pick<KeyspaceConfig, 'level' | 'strategy'>

const ordered: readonly Kind[] = [
  { level: 'strong', strategy: 'raft' },
  { level: 'strong', strategy: 'zab' },
  { level: 'sequential', strategy: 'raft' },
  { level: 'sequential', strategy: 'zab' },
]

function worldOf(kind: Kind): CoreWorld {
  return new CoreWorld({ keyspaces: [{ ...keyspace('default', []), ...kind }] })
}

function cutOff(w: CoreWorld, id: number): void {
  for (const other of w.members) {
    if (other.id === id) continue
    w.cut.add(`${id}-${other.id}`).add(`${other.id}-${id}`)
  }
}

/** Two clients that ask at a time, and when they were answered. */
class Asked {
  readonly writer: Client
  readonly reader: Client
  readonly world: CoreWorld
  readonly at: number
  until = Infinity

  constructor(world: CoreWorld, alone: number, at: number) {
    this.world = world
    this.at = at
    this.writer = world.client(alone)
    this.reader = world.client(alone)
  }

  /** Looked at in every step. */
  isOver(): boolean {
    const { writer, reader, world } = this
    if (world.mono < this.at) return false
    if (writer.sent === 0) {
      writer.send('SET mine 1', 'INCR count', 'GET seen')
      reader.send('GET seen')
    }
    const isOver = writer.replies.length === 3 && reader.replies.length === 1
    if (isOver) this.until = Math.min(this.until, world.mono)
    return isOver
  }
}

for (const kind of ordered) {
  for (const who of ['leader', 'follower'] as const) {
    const title = `${kind.level} over ${kind.strategy}: the ${who} alone`

    test(`minority: ${title}: writes are given up within 2 s, as refused or unknown, and nothing is read that is stale`, (t) => {
      const w = worldOf(kind)
      t.true(w.settled())
      const leader = w.leader()
      const alone = who === 'leader' ? leader : leader === 1 ? 2 : 1
      const majority = w.members.find(({ id }) => id !== alone && id !== leader) ?? w.members[2]
      w.client(alone).send('SET seen old')
      t.true(w.answered())

      // Some before it is noticed, some after.
      cutOff(w, alone)
      const begun = w.mono
      const asked = [0, 300, 700, 2_500].map((after) => new Asked(w, alone, begun + after))
      w.until(() => asked.every((each) => each.isOver()), 6_000)
      for (const { writer, reader, at, until } of asked) {
        t.true(until - at <= 2_000, `${until - at} ms`)
        for (const reply of writer.replies) t.regex(reply, /^-(CLUSTERDOWN|UNKNOWNRESULT) |^\$old/)
        const answers = kind.level === 'strong' ? /^-CLUSTERDOWN / : /^\$old/
        t.regex(reader.replies[0] ?? '', answers)
      }

      const other = w.client((majority as { id: number }).id)
      other.send('SET seen new', 'GET seen')
      t.true(w.until(() => other.replies.length === 2))
      t.deepEqual(other.replies, ['+OK', '$new'])
    })
  }
}

test('minority: eventual: reads and writes go on, and meet afterwards', (t) => {
  const w = worldOf({ level: 'eventual', strategy: 'eventual' })
  t.true(w.settled())
  cutOff(w, 1)
  const clients = w.members.map(({ id }) => w.client(id))
  clients.forEach((client, i) => client.send(`SET k${i} here`, 'INCR count', `GET k${i}`))
  for (const client of clients) t.true(w.until(() => client.replies.length === 3, 100))
  t.deepEqual(clients[0]?.replies, ['+OK', ':1', '$here'])

  w.cut.clear()

  const readers = w.members.map(({ id }) => w.client(id))
  t.true(
    w.until(() => {
      for (const each of readers) if (each.replies.length === each.sent) each.send('GET count')
      for (let i = 0; i < 50; i++) w.step()
      return readers.every(({ replies }) => replies[replies.length - 1] === '$3')
    }, 100),
  )
})

test('minority: eventual: a counter that both sides took to its bound ends there, and that is counted', (t) => {
  const w = worldOf({ level: 'eventual', strategy: 'eventual' })
  t.true(w.settled())
  cutOff(w, 1)
  const [one, two] = [w.client(1), w.client(2)]
  for (const client of [one, two]) client.send('INCRBY count 9223372036854775807')
  for (const client of [one, two]) t.true(w.until(() => client.replies.length === 1, 100))
  t.is(w.counter(1, 'saturated'), 0)

  w.cut.clear()
  t.true(w.until(() => w.counter(1, 'saturated') > 0 && w.counter(2, 'saturated') > 0))

  one.send('GET count')
  t.true(w.answered())
  t.is(one.replies[1], '$9223372036854775807')
})
