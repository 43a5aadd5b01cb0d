// BullMQ jobs a second beside redis-server, in one run, rounds interleaved, medians compared: three strong members
// through one that leads and one that does not, redis-server as it starts and with `appendfsync always`.
// `JOBS=2000 WARM=3000 ROUNDS=3 CONCURRENCY=50 node test/acceptance/jobs.bench.js`; needs the built tests in dist.

import { Queue, Worker } from 'bullmq'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TestCluster } from '../../dist/test/e2e/cluster.js'
import { startRedis } from '../../dist/test/redis-server.js'

const jobs = Number(process.env.JOBS ?? 2_000)
const warm = Number(process.env.WARM ?? 3_000)
const rounds = Number(process.env.ROUNDS ?? 3)
const concurrency = Number(process.env.CONCURRENCY ?? 50)
const bar = 0.25

/** Adds jobs one by one from several producers, then does them all; each a second. */
async function measure(port, round, count) {
  const connection = { port, host: '127.0.0.1', maxRetriesPerRequest: null }
  const name = `jobs-${round}`
  const queue = new Queue(name, { connection })
  queue.on('error', () => {})
  await queue.waitUntilReady()
  const began = performance.now()
  let next = 0
  const producer = async () => {
    while (next < count) await queue.add('count', { n: next++ })
  }
  await Promise.all(Array.from({ length: concurrency }, producer))
  const added = performance.now()
  let done = 0
  let finish = () => {}
  const all = new Promise((resolve) => {
    finish = resolve
  })
  const worker = new Worker(
    name,
    async (job) => {
      done++
      return job.data.n
    },
    { connection, concurrency },
  )
  worker.on('error', () => {})
  let completed = 0
  worker.on('completed', () => {
    if (++completed === count) finish()
  })
  await all
  const ended = performance.now()
  await worker.close(true)
  await queue.obliterate({ force: true })
  await queue.close()
  if (done !== count) throw new Error(`${done} of ${count} jobs were done`)
  const perSecond = (ms) => (count * 1000) / ms
  return {
    add: perSecond(added - began),
    work: perSecond(ended - added),
    both: perSecond(ended - began),
  }
}

const directory = mkdtempSync(join(tmpdir(), 'quorate-jobs-'))
const redis = await startRedis()
const synced = await startRedis([
  '--dir',
  directory,
  '--appendonly',
  'yes',
  '--appendfsync',
  'always',
])
const cluster = await TestCluster.start({ proxied: false })
const figures = new Map()
try {
  const leader = await cluster.waitLeader()
  const systems = [
    ['redis-server', redis.port],
    ['redis-server, always', synced.port],
    ['three, the leader', cluster.ports[leader]],
    ['three, a follower', cluster.ports[(leader + 1) % cluster.count]],
  ]
  // A member's code is compiled as it runs: a job costs it a third of the first ones after some thousand.
  for (const [, port] of systems) await measure(port, 'warm', warm)
  for (let round = 0; round < rounds; round++) {
    for (const [at] of systems.entries()) {
      const [name, port] = systems[(at + round) % systems.length]
      const found = await measure(port, round, jobs)
      for (const [what, value] of Object.entries(found)) {
        const key = `${name}|${what}`
        figures.set(key, [...(figures.get(key) ?? []), value])
      }
    }
  }
  const median = (name, what) =>
    figures.get(`${name}|${what}`).toSorted((a, b) => a - b)[Math.floor(rounds / 2)]
  console.log(`${jobs} jobs, concurrency ${concurrency}, median of ${rounds} rounds, jobs a second`)
  for (const [name] of systems) {
    const cells = ['add', 'work', 'both'].map((what) => {
      const ratio = (of) => (median(name, what) / median(of, what)).toFixed(2)
      return `${what} ${median(name, what).toFixed(0)} (${ratio('redis-server')}, ${ratio('redis-server, always')})`
    })
    console.log(`${name.padEnd(22)} ${cells.join('  ')}`)
  }
  console.log(`ratios: to redis-server (bar ${bar}), to redis-server that syncs every write`)
} finally {
  await redis.stop()
  await synced.stop()
  await cluster.dispose()
  rmSync(directory, { recursive: true, force: true })
}
process.exit(0)
