// A member that is full answers: its bound on data follows the heap of its process, and the heap follows
// what it is configured to hold.

import { setTimeout as sleep } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import type { Redis } from 'ioredis'
import { heapBytesFor } from '../../src/host/heap.js'
import { TestCluster } from './cluster.js'
import type { MemberProcess } from './member-process.js'
import { plainClient } from './workload.js'

interface Lone {
  readonly member: MemberProcess
  readonly port: number
  readonly client: Redis
}

async function start(
  t: ExecutionContext,
  args: readonly string[],
  nodeFlags: readonly string[] = [],
): Promise<Lone> {
  const cluster = await TestCluster.start({ members: 1, proxied: false, flags: args, nodeFlags })
  t.teardown(() => cluster.dispose())
  const [port = 0] = cluster.ports
  const client = plainClient(port)
  t.teardown(() => client.disconnect())
  await client.connect()
  return { member: cluster.process(0), port, client }
}

async function field(client: Redis, name: string): Promise<number> {
  const info = await client.info('everything')
  return Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? Number.NaN)
}

/** Writes `count` values of `bytes` at a time until one is refused; how many were stored. */
async function fill(client: Redis, bytes: number, most: number): Promise<number> {
  const value = 'v'.repeat(bytes)
  for (let stored = 0; stored < most; stored += 50) {
    const pipeline = client.pipeline()
    for (let i = stored; i < stored + 50; i++) pipeline.set(`key:${i}`, `${i}${value}`)
    const replies = (await pipeline.exec()) ?? []
    const refused = replies.findIndex(([error]) => error !== null)
    if (refused < 0) continue
    if (!String(replies[refused]?.[0]).includes('OOM')) throw replies[refused]?.[0]
    return stored + refused
  }
  return most
}

test('memory: more is written than the heap holds: OOM, and reads, deletions and writes go on', async (t) => {
  const heapMb = 160
  const lone = await start(t, ['--durability', 'none'], [`--max-old-space-size=${heapMb}`])
  const { client, member } = lone
  const bytes = 20_000

  const stored = await fill(client, bytes, (2 * heapMb * 1024 * 1024) / bytes)

  const bound = await field(client, 'maxmemory_ceiling')
  t.true(stored * bytes > bound * 0.7 && stored * bytes < bound, `${stored} of ${bound} bytes`)
  for (let i = 0; i < 100; i++) await t.throwsAsync(client.set(`more:${i}`, 'v'.repeat(bytes)))
  t.is((await client.get('key:7'))?.length, bytes + 1)
  await client.del(...Array.from({ length: 100 }, (_, i) => `key:${i}`))
  t.is(await client.set('again', 'yes'), 'OK')
  t.true(member.isRunning)
})

test('memory: configured to hold more than node gives: the member runs with a heap for it, and ends with its stand-in', async (t) => {
  const gib = 1024 ** 3
  const data = 64 * gib
  const { client, member, port } = await start(t, ['--memory-max', '64gb'])

  t.true((await field(client, 'used_memory_heap_limit')) >= heapBytesFor(data, 1))
  t.is(await field(client, 'maxmemory'), data)
  t.not(await field(client, 'process_id'), member.pid)

  await member.kill()
  const isGone = async (): Promise<boolean> => {
    const other = plainClient(port)
    try {
      await other.connect()
      return false
    } catch {
      return true
    } finally {
      other.disconnect()
    }
  }
  for (let i = 0; i < 200 && !(await isGone()); i++) await sleep(50)
  t.true(await isGone())
})

test('memory: a member with a stand-in is asked to stop: both end cleanly', async (t) => {
  const { client, member } = await start(t, ['--memory-max', '64gb'])
  await client.set('a', '1')

  t.is((await member.stop()).code, 0)
})
