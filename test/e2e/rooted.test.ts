// A cluster of the three keyspaces that the README begins with grows beyond its first machines under load: what is in one
// order moves, what merges is on all members. Real processes, the command line, kill -9.

import { join } from 'node:path'
import test from 'ava'
import { Redis } from 'ioredis'
import { Fleet, type Seat, type SixSeats } from './fleet.js'
import { plainClient, whenServed, Workload } from './workload.js'

const keyspaces = [
  { name: 'locks', prefixes: ['lock:'] },
  { name: 'sessions', prefixes: ['session:'], level: 'sequential' },
  { name: 'default', level: 'eventual', durability: 'everysec' },
]

/** Milliseconds in which every member has what was answered at another one; a busy machine takes its time. */
const spreadMs = 10_000

/** Writes keys of the eventual keyspace once, and reads them at all members, all the time. */
class Cache {
  readonly faults: string[] = []
  readonly written: { readonly key: string; readonly at: number }[] = []
  reads = 0
  #isRunning = true
  readonly #ends: readonly Promise<void>[]

  constructor(writers: readonly number[], readers: readonly number[]) {
    this.#ends = [
      ...writers.map((port) => this.#write(port)),
      ...readers.map((port) => this.#read(port)),
    ]
  }

  async stop(): Promise<void> {
    this.#isRunning = false
    await Promise.all(this.#ends)
  }

  async #write(port: number): Promise<void> {
    const client = new Redis({ host: '127.0.0.1', port, maxRetriesPerRequest: null })
    client.on('error', () => undefined)
    for (let number = 0; this.#isRunning; number++) {
      const key = `cache:${port}:${number}`
      try {
        await client.set(key, key)
        this.written.push({ key, at: performance.now() })
      } catch (error) {
        this.faults.push(`SET at ${port}: ${String(error)}`)
      }
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    client.disconnect()
  }

  async #read(port: number): Promise<void> {
    const client = new Redis({ host: '127.0.0.1', port, maxRetriesPerRequest: null })
    client.on('error', () => undefined)
    for (let turn = 0; this.#isRunning; turn++) {
      const sure = this.written.findLastIndex(({ at }) => at < performance.now() - spreadMs)
      const found = this.written[sure < 0 ? -1 : (turn * 7_919) % (sure + 1)]
      if (found !== undefined) {
        const value = await client.get(found.key).catch((error: unknown) => String(error))
        this.reads++
        if (value !== found.key) this.faults.push(`GET ${found.key} at ${port}: ${value}`)
      }
      await new Promise((resolve) => setTimeout(resolve, 3))
    }
    client.disconnect()
  }

  /** Keys that this member lacks. */
  async lacking(port: number): Promise<readonly string[]> {
    return whenServed(port, async (client) => {
      const keys = this.written.map(({ key }) => key)
      const found: (string | null)[] = []
      for (let at = 0; at < keys.length; at += 500)
        found.push(...(await client.mget(keys.slice(at, at + 500))))
      return keys.filter((key, at) => found[at] !== key)
    })
  }
}

/** Into a cluster of another shape. */
async function restored(directory: string, count: number): Promise<void> {
  const fleet = await Fleet.start(1, 1, { shards: 3 })
  try {
    const [only] = fleet.seats as [Seat]
    await fleet.cli(only, 'restore', directory)
    const found = await whenServed(only.client, (client) => client.dbsize())
    if (found !== count) throw new Error(`${found} keys of ${count}`)
  } finally {
    await fleet.dispose()
  }
}

const at = ({ client, peer }: Seat): readonly string[] => [
  '--client',
  `127.0.0.1:${client}`,
  '--peer',
  `127.0.0.1:${peer}`,
]

test('rooted: three keyspaces as in the README: a cluster of three grows to six and gives its first shard group up under load', async (t) => {
  const fleet = await Fleet.start(3, 6, { keyspaces })
  const [first, second, third, fourth, fifth, sixth] = fleet.seats as readonly Seat[] as SixSeats
  // Those of the others are killed, and so are their connections.
  const ports = [first.client, second.client]
  const loads = ['lock:w', 'session:w'].map((name) => new Workload({ ports, writers: 2, name }))
  const cache = new Cache(ports, [...ports, fourth.client])
  try {
    for (const load of loads) load.start()
    for (const seat of [fourth, fifth, sixth]) {
      fleet.sit(seat, first)
      await fleet.cli(first, 'join', '--id', `${seat.id}`, ...at(seat), '--empty')
    }
    const dry = await fleet.cli(fourth, 'shard', 'add', '--members', '4,5,6', '--dry-run')
    t.regex(dry, /slots of these keyspaces stay where they are: default/)
    const adding = fleet.cli(first, 'shard', 'add', '--members', '4,5,6', '--rebalance')
    await fleet.waitFor('moves', async () => {
      const client = plainClient(second.client)
      await client.connect()
      const shown = String(await client.call('QUORATE', 'TOPOLOGY'))
      client.disconnect()
      return /"shards":\[.*"id":1/.test(shown)
    })
    await fleet.kill(fifth)
    fleet.run(fifth)
    await adding
    const removing = fleet.cli(second, 'shard', 'remove', '0', '--wait', '120')
    await fleet.kill(third)
    fleet.run(third)
    await removing

    await cache.stop()
    for (const load of loads) await load.stop()
    t.deepEqual(cache.faults, [])
    t.true(cache.written.length > 100 && cache.reads > 100)
    const judge = async (): Promise<void> => {
      for (const seat of fleet.taken) {
        for (const load of loads) {
          const verdict = await load.verify(seat.client)
          t.is(verdict.lost + verdict.doubled + verdict.refused, 0, verdict.faults.join('\n'))
          t.true(verdict.acknowledged > 100)
        }
        await fleet.waitFor('all keys', async () => (await cache.lacking(seat.client)).length === 0)
      }
    }
    await judge()
    for (const seat of fleet.taken) await fleet.kill(seat)
    for (const seat of fleet.taken) fleet.run(seat)
    await judge()
    // Nothing of the first shard group but what merges.
    const groups = (await fleet.status(first))?.groups.map(
      ({ keyspace, shard }) => `${keyspace} ${shard}`,
    )
    t.deepEqual(groups, ['default 0', 'locks 1', 'sessions 1'])

    const directory = join(fleet.directory, 'backup')
    await fleet.cli(fifth, 'backup', directory)
    const count = await whenServed(sixth.client, (client) => client.dbsize())
    await t.notThrowsAsync(restored(directory, count))
  } finally {
    await cache.stop()
    for (const load of loads) await load.stop()
    await fleet.dispose()
  }
})
