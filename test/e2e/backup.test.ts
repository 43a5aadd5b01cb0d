// Backup and restore as an operator does it, with real members and clients that go on writing.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { Redis } from 'ioredis'
import { runCommand } from '../../src/cli/program.js'
import { RdbFileWriter } from '../../src/engine/rdb/file-writer.js'
import { TestCluster } from './cluster.js'

const keyspaces = [
  { name: 'locks', prefixes: ['lock:'], level: 'strong' },
  { name: 'sessions', prefixes: ['session:'], level: 'sequential' },
  { name: 'default', level: 'eventual' },
]

/** Runs `quorate`; its exit code. */
function quorate(...args: readonly (string | number)[]): Promise<number> {
  return runCommand(args.map(String))
}

/** What it prints, too. */
async function heard(run: () => Promise<number>): Promise<{ code: number; text: string }> {
  let text = ''
  const writes = [process.stdout, process.stderr].map((stream) => [stream, stream.write] as const)
  for (const [stream] of writes)
    stream.write = (piece: string | Uint8Array) => {
      text += String(piece)
      return true
    }
  try {
    return { code: await run(), text }
  } finally {
    for (const [stream, write] of writes) stream.write = write
  }
}

async function withClusters(
  t: ExecutionContext,
  configs: readonly Readonly<Record<string, unknown>>[],
  use: (clusters: readonly TestCluster[], directory: string) => Promise<void>,
): Promise<void> {
  const directory = join(mkdtempSync(join(tmpdir(), 'quorate-backup-')), 'backup')
  t.teardown(() => rmSync(join(directory, '..'), { recursive: true }))
  const clusters: TestCluster[] = []
  try {
    for (const config of configs) clusters.push(await TestCluster.start({ config, proxied: false }))
    await use(clusters, directory)
  } finally {
    for (const cluster of clusters) await cluster.dispose()
  }
}

function clientOf(cluster: TestCluster | undefined, member = 0): Redis {
  return new Redis({ port: cluster?.ports[member] ?? 0 })
}

/** Moves amounts between two keys of one slot until it is told to stop: their sum is always 1,000. */
function transfers(client: Redis, prefix: string) {
  let isOn = true
  let count = 0
  const done = (async () => {
    while (isOn) {
      const amount = count++ % 7
      await client.multi().decrby(`${prefix}{t}a`, amount).incrby(`${prefix}{t}b`, amount).exec()
    }
    return count
  })()
  return {
    stop: () => {
      isOn = false
      return done
    },
  }
}

test.serial(
  'backup: while clients write: each group at one position, and into a cluster of another shape',
  (t) =>
    withClusters(
      t,
      [
        { keyspaces, shards: 2 },
        { keyspaces: [{ name: 'default', level: 'strong' }], shards: 3 },
      ],
      async ([from, to], directory) => {
        const client = clientOf(from)
        for (const prefix of ['lock:', 'session:', '']) {
          await client.mset(`${prefix}{t}a`, 1000, `${prefix}{t}b`, 0)
          for (let i = 0; i < 200; i++)
            await client.set(`${prefix}k${i}`, `v${i}`, 'PX', 900_000 + i)
          await client.rpush(`${prefix}list`, ...Array.from({ length: 700 }, (_, i) => `e${i}`))
        }
        const moving = ['lock:', 'session:'].map((prefix) => transfers(client, prefix))
        await client.set('lock:last', 'acknowledged')

        t.is(await quorate('backup', directory, '-p', from?.ports[2] ?? 0), 0)

        for (const each of moving) t.true((await each.stop()) > 0)
        t.is(await quorate('verify', directory), 0)
        t.is(await quorate('backup', directory, '-p', from?.ports[2] ?? 0), 1)
        t.is(await quorate('restore', directory, '-p', to?.ports[1] ?? 0), 0)
        t.is(await quorate('verify', directory, '-p', to?.ports[2] ?? 0), 0)
        const restored = clientOf(to, 2)
        t.is(await restored.dbsize(), 3 * 203 + 1)
        t.is(await restored.get('lock:last'), 'acknowledged')
        for (const prefix of ['lock:', 'session:', '']) {
          const sums = await restored.mget(`${prefix}{t}a`, `${prefix}{t}b`)
          t.is(
            sums.reduce((sum, each) => sum + Number(each), 0),
            1000,
            prefix,
          )
          t.true((await restored.pttl(`${prefix}k7`)) > 600_000)
        }

        // Keys that are there stay, unless they are to be replaced.
        await restored.set('lock:last', 'changed')
        t.is(await quorate('restore', directory, '-p', to?.ports[0] ?? 0), 1)
        t.is(await restored.get('lock:last'), 'changed')
        t.is(await quorate('verify', directory, '-p', to?.ports[0] ?? 0), 1)
        t.is(await quorate('restore', directory, '-p', to?.ports[0] ?? 0, '--replace'), 0)
        t.is(await restored.get('lock:last'), 'acknowledged')
        client.disconnect()
        restored.disconnect()
      },
    ),
)

test.serial('backup: groups of which the member holds no replica: from their leaders', (t) =>
  withClusters(
    t,
    [
      {
        keyspaces: [{ name: 'default', level: 'strong' }],
        shards: [{ members: [1] }, { members: [2, 3] }],
      },
    ],
    async ([cluster], directory) => {
      const client = clientOf(cluster)
      for (let i = 0; i < 100; i++) await client.set(`k${i}`, i)

      t.is(await quorate('backup', directory, '-p', cluster?.ports[0] ?? 0), 0)

      await client.flushall()
      t.is(await quorate('restore', directory, '-p', cluster?.ports[0] ?? 0), 0)
      t.is(await client.dbsize(), 100)
      client.disconnect()
    },
  ),
)

test.serial('restore: a value longer than a command may be: element by element', (t) =>
  withClusters(t, [{}, { clients: { 'bulk-max': '64kb' } }], async ([from, to], directory) => {
    const client = clientOf(from)
    const elements = Array.from({ length: 9_000 }, (_, i) => `element:${i}:${i * 7919}`)
    await client.rpush('list', ...elements)
    await client.sadd('set', ...elements)
    await client.hset('hash', ...elements.flatMap((each) => [each, 'v']))
    await client.zadd('zset', ...elements.flatMap((each, i) => [i / 3, each]))
    await client.pexpire('zset', 900_000)

    t.is(await quorate('backup', directory, '-p', from?.ports[0] ?? 0), 0)
    t.is(await quorate('restore', directory, '-p', to?.ports[0] ?? 0), 0)
    t.is(await quorate('verify', directory, '-p', to?.ports[1] ?? 0), 0)

    const restored = clientOf(to)
    t.deepEqual(await restored.lrange('list', 0, -1), elements)
    t.true((await restored.pttl('zset')) > 600_000)
    t.is(await restored.pttl('set'), -1)

    // What cannot be compared is not missing.
    await restored.acl('SETUSER', 'default', '-dump')
    const compared = await heard(() => quorate('verify', directory, '-p', to?.ports[0] ?? 0))
    t.is(compared.code, 1)
    t.regex(compared.text, /cannot be compared: NOPERM/)

    // A library that cannot be loaded is no key.
    const writer = new RdbFileWriter()
    const head = writer.head({ hasTimes: false, notes: {} })
    const library = writer.library('nonsense')
    const file = [head, library, writer.key({ db: 0, key: 'k', value: 'v' }), writer.end()]
    const path = join(directory, 'other.rdb')
    writeFileSync(path, Buffer.concat(file))
    const made = await heard(() => quorate('restore', path, '-p', to?.ports[0] ?? 0))
    t.is(made.code, 1)
    t.regex(made.text, /1 keys and 0 libraries restored/)
    client.disconnect()
    restored.disconnect()
  }),
)
