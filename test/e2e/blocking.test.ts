// Blocking commands over real sockets: what only the host can get wrong.

import { once } from 'node:events'
import test from 'ava'
import { Redis } from 'ioredis'
import { openSocket, encodeCommand } from '../bench/load.js'
import { TestCluster } from './cluster.js'

/** Asks until it holds, for ten seconds at most. */
async function until(holds: () => Promise<boolean>): Promise<boolean> {
  const end = Date.now() + 10_000
  while (Date.now() < end) if (await holds()) return true
  return false
}

function blockedAt(client: Redis): Promise<number> {
  return client
    .info('clients')
    .then((text) => Number(/blocked_clients:(\d+)/.exec(text)?.[1] ?? '-1'))
}

test('blocking: a client that goes away while it waits: is noticed, and takes nothing', async (t) => {
  const cluster = await TestCluster.start({ members: 1, flags: ['--durability', 'none'] })
  const client = new Redis(cluster.ports[0] ?? 0)
  try {
    const socket = await openSocket(cluster.ports[0] ?? 0)
    socket.write(encodeCommand('BLPOP', 'q', '0'))
    t.true(await until(async () => (await blockedAt(client)) === 1))

    socket.destroy()

    t.true(await until(async () => (await blockedAt(client)) === 0))
    t.is(await client.rpush('q', 'x'), 1)
    t.deepEqual(await client.lrange('q', 0, -1), ['x'])
  } finally {
    client.disconnect()
    await cluster.dispose()
  }
})

test('blocking: a client that pipelines behind a blocked command: is answered in order', async (t) => {
  const cluster = await TestCluster.start({ members: 1, flags: ['--durability', 'none'] })
  const client = new Redis(cluster.ports[0] ?? 0)
  try {
    const socket = await openSocket(cluster.ports[0] ?? 0)
    socket.write(encodeCommand('BLPOP', 'q', '0'))
    t.true(await until(async () => (await blockedAt(client)) === 1))
    socket.write(encodeCommand('PING') + encodeCommand('ECHO', 'x'.repeat(100_000)))

    await client.rpush('q', 'x')

    let text = ''
    while (text.length < 100_000) {
      const [bytes] = (await once(socket, 'data')) as [Buffer]
      text += bytes.toString('latin1')
    }
    t.true(text.startsWith('*2\r\n$1\r\nq\r\n$1\r\nx\r\n+PONG\r\n$100000\r\nxxx'))
    socket.destroy()
  } finally {
    client.disconnect()
    await cluster.dispose()
  }
})
