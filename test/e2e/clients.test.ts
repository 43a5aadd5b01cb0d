// The clients that people use, unchanged, against every member of a real cluster.

import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import test from 'ava'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { TestCluster } from './cluster.js'

const run = promisify(execFile)

async function withCluster(use: (cluster: TestCluster) => Promise<void>): Promise<void> {
  const cluster = await TestCluster.start()
  try {
    await use(cluster)
  } finally {
    await cluster.dispose()
  }
}

test.serial('ioredis: written at one member: read at every other, in order', (t) =>
  withCluster(async (cluster) => {
    const clients = cluster.ports.map((port) => new Redis({ host: '127.0.0.1', port }))
    const [first] = clients
    if (first === undefined) return t.fail('there is a first member')

    t.is(await first.set('lock:a', '1', 'PX', 3_600_000, 'NX'), 'OK')

    for (const client of clients) {
      t.is(await client.get('lock:a'), '1')
      t.is(await client.set('lock:a', '2', 'NX'), null)
      const pipeline = client.pipeline()
      for (let i = 0; i < 100; i++) pipeline.incr('counter')
      const answers = (await pipeline.exec()) ?? []
      const values = answers.map(([error, value]) => (error === null ? Number(value) : NaN))
      t.deepEqual(
        values,
        [...values].sort((a, b) => a - b),
      )
    }
    t.is(await first.get('counter'), String(100 * clients.length))
    for (const client of clients) client.disconnect()
    return undefined
  }),
)

test.serial('node-redis: written at one member: read at every other', (t) =>
  withCluster(async (cluster) => {
    const clients = cluster.ports.map((port) => createClient({ url: `redis://127.0.0.1:${port}` }))
    for (const client of clients) await client.connect()

    await clients[0]?.set('a', 'é1')

    for (const client of clients) {
      t.is(await client.get('a'), 'é1')
      t.deepEqual(await client.mGet(['a', 'none']), ['é1', null])
    }
    for (const client of clients) client.destroy()
  }),
)

/** `-3` came with 6.0. */
function knowsResp3(): boolean {
  const { stdout } = spawnSync('redis-cli', ['--version'], { encoding: 'utf8' })
  return Number(/cli (\d+)/.exec(stdout ?? '')?.[1] ?? 0) >= 6
}

// Skipped where no redis-cli, or only an older one, is installed: it is the client under test.
const cliTest = knowsResp3() ? test.serial : test.serial.skip

cliTest('redis-cli: the quick start of the README: set at the first, get at the third', (t) =>
  withCluster(async (cluster) => {
    const [first, , third] = cluster.ports.map(String) as [string, string, string]

    const set = await run('redis-cli', ['-p', first, 'set', 'lock:a', '1'])
    const get = await run('redis-cli', ['-p', third, 'get', 'lock:a'])
    const resp3 = await run('redis-cli', ['-3', '-p', third, 'get', 'none'])

    t.is(set.stdout, 'OK\n')
    t.is(get.stdout, '1\n')
    t.is(resp3.stdout, '\n')
  }),
)
