// A disk that fills: writes are refused in time, reads go on, writes come back with the space, and
// nothing acknowledged is lost over a kill -9 of everything. Needs a file system of its own (root).

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { TestCluster } from './cluster.js'
import { plainClient, whenServed, Workload } from './workload.js'

/** A small file system in memory, or null where this process may not mount one. */
function mountSmall(
  megabytes: number,
  place?: string,
): { readonly path: string; unmount(): void } | null {
  const path = place ?? mkdtempSync(join(tmpdir(), 'quorate-disk-'))
  mkdirSync(path, { recursive: true })
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path], {
      stdio: 'ignore',
    })
  } catch {
    rmdirSync(path)
    return null
  }
  const unmount = (): void => {
    execFileSync('umount', ['-l', path])
    rmSync(path, { recursive: true, force: true })
  }
  return { path, unmount }
}

const disk = mountSmall(96)
disk?.unmount()
// Only root may mount the disk that becomes full.
const onOwnDisk = disk === null ? test.serial.skip : test.serial

async function ask(port: number, ...args: readonly [string, ...string[]]): Promise<unknown> {
  const client = plainClient(port)
  try {
    await client.connect()
    return await client.call(...args)
  } finally {
    client.disconnect()
  }
}

function read(port: number): Promise<string | null> {
  return whenServed(port, (client) => client.get('w:counter'))
}

onOwnDisk('disk: the leader is short: hands over, writes go on, nothing lost', (t) =>
  shortLeader(t, async ({ cluster, others, workload }) => {
    const from = workload.acknowledged
    await cluster.waitFor('writes at the others', async () => workload.acknowledged > from + 100)
    for (const port of others) t.regex(String(await read(port)), /^\d+$/)
  }),
)

onOwnDisk('disk: a read at the member that is short: goes on', (t) =>
  shortLeader(t, async ({ port }) => {
    t.regex(String(await read(port)), /^\d+$/)
  }),
)

interface ShortLeader {
  readonly cluster: TestCluster
  readonly workload: Workload
  /** Client port of the member that is short of space, and those of the others. */
  readonly port: number
  readonly others: readonly number[]
}

/** Fills the leader's own disk under load, frees it after `during`, kills everything and counts. */
async function shortLeader(
  t: ExecutionContext,
  during: (world: ShortLeader) => Promise<void>,
): Promise<void> {
  const config = { disk: { reserve: '24mb' } }
  const cluster = await TestCluster.prepare({ config, proxied: false })
  const disks = cluster.all.map((i) => mountSmall(96, cluster.dataOf(i)))
  const workload = new Workload({ ports: cluster.ports })
  try {
    for (const i of cluster.all) cluster.startMember(i)
    await cluster.waitReady()
    const full = await cluster.waitLeader()
    const port = cluster.ports[full] ?? 0
    workload.start()
    await cluster.waitFor('writes', async () => workload.acknowledged > 100)

    fill(join(cluster.dataOf(full), 'ballast'), 8 * 1024 * 1024)
    await cluster.waitFor('another leader', async () => {
      const found = await cluster.leader(cluster.all.filter((i) => i !== full))
      return found !== null && found !== full
    })
    await cluster.waitFor('a refusal', () => isAnswered(port, /MISCONF/))
    const others = cluster.ports.filter((each) => each !== port)
    await during({ cluster, workload, port, others })

    rmSync(join(cluster.dataOf(full), 'ballast'))
    await cluster.waitFor('writes there, too', () => isAnswered(port, /^OK$/))
    await workload.stop()
    await Promise.all(cluster.all.map((i) => cluster.process(i).kill()))
    for (const i of cluster.all) cluster.startMember(i)
    await cluster.waitReady()
    const verdict = await workload.verify(port)
    t.deepEqual([verdict.lost, verdict.doubled, verdict.faults], [0, 0, []])
  } catch (error) {
    t.log(cluster.tails())
    throw error
  } finally {
    await workload.stop()
    await Promise.all(cluster.all.map((i) => cluster.process(i).kill()))
    for (const each of disks) each?.unmount()
    await cluster.dispose()
  }
}

/** Whether a write is answered so, by its reply or its error. */
async function isAnswered(port: number, words: RegExp): Promise<boolean> {
  const answer: unknown = await ask(port, 'SET', 'x', '1').catch((error: unknown) => error)
  return words.test(answer instanceof Error ? answer.message : String(answer))
}

onOwnDisk('disk: full without a reserve: members stop with a reason, nothing lost', async (t) => {
  const small = mountSmall(96)
  if (small === null) return t.fail('it could be mounted a moment ago')
  const directory = join(small.path, 'cluster')
  mkdirSync(directory)
  const config = { disk: { reserve: 0 } }
  const cluster = await TestCluster.start({ directory, config, proxied: false })
  const workload = new Workload({ ports: cluster.ports })
  const ballast = join(small.path, 'ballast')
  try {
    workload.start()
    await cluster.waitFor('writes', async () => workload.acknowledged > 100)

    fill(ballast, 0)
    await cluster.waitFor('two members that stopped', async () => {
      return cluster.all.filter((i) => !cluster.process(i).isRunning).length >= 2
    })
    for (const i of cluster.all) {
      if (!cluster.process(i).isRunning) t.not((await cluster.process(i).ended).code, 0)
    }
    rmSync(ballast)
    await Promise.all(cluster.all.map((i) => cluster.process(i).kill()))
    for (const i of cluster.all) cluster.startMember(i)
    await cluster.waitReady()
    const from = workload.acknowledged
    await cluster.waitFor('writes again', async () => workload.acknowledged > from + 50)
    await workload.stop()
    for (const port of cluster.ports) {
      const verdict = await workload.verify(port)
      t.deepEqual([verdict.lost, verdict.doubled, verdict.faults], [0, 0, []])
    }
  } catch (error) {
    t.log(cluster.tails())
    throw error
  } finally {
    await workload.stop()
    await cluster.dispose()
    small.unmount()
  }
  return undefined
})

/** Takes all space but `leave` bytes. */
function fill(path: string, leave: number): void {
  const { bavail, bsize } = statfsSync(join(path, '..'))
  const free = bavail * bsize
  try {
    writeFileSync(path, Buffer.alloc(Math.max(0, free - leave)))
  } catch (error) {
    // The members write meanwhile: what they took is taken all the same.
    if (!(error instanceof Error) || !error.message.includes('ENOSPC')) throw error
  }
}
