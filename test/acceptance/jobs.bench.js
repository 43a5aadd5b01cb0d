// BullMQ jobs a second beside redis-server, in one run, rounds interleaved, medians compared: three strong members
// through one that leads and one that does not, redis-server as it starts and with `appendfsync always`; and the
// processor time that a job costs the client, the leader and the followers, which says more on a busy machine.
// `JOBS=2000 WARM=3000 ROUNDS=3 CONCURRENCY=50 node test/acceptance/jobs.bench.js`; needs the built tests in dist.

import { Queue, Worker } from 'bullmq'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TestCluster } from '../../dist/test/e2e/cluster.js'
import { startRedis } from '../../dist/test/redis-server.js'

const jobs = Number(process.env.JOBS ?? 2_000)
const warm = Number(process.env.WARM ?? 3_000)
const rounds = Number(process.env.ROUNDS ?? 3)
const concurrency = Number(process.env.CONCURRENCY ?? 50)
const bar = 0.25

/** Processor time of a process so far, in microseconds: its 14th and 15th field, hundredths of a second. */
function processorTime(pid) {
  const [, fields] = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')
  const [user, system] = fields.split(' ').slice(11, 13)
  return (Number(user) + Number(system)) * 10_000
}

/**
 * Adds jobs one by one from several producers, then does them all; each a second, and what each costs the
 * processes in microseconds.
 */
async function measure(port, round, count, processes = []) {
  const connection = { port, host: '127.0.0.1', maxRetriesPerRequest: null }
  const name = `jobs-${round}`
  const queue = new Queue(name, { connection })
  queue.on('error', () => {})
  await queue.waitUntilReady()
  const times = () => processes.map(processorTime)
  const atFirst = times()
  const began = performance.now()
  let next = 0
  const producer = async () => {
    while (next < count) await queue.add('count', { n: next++ })
  }
  await Promise.all(Array.from({ length: concurrency }, producer))
  const added = performance.now()
  const atAdded = times()
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
  const atEnd = times()
  await worker.close(true)
  await queue.obliterate({ force: true })
  await queue.close()
  if (done !== count) throw new Error(`${done} of ${count} jobs were done`)
  const perSecond = (ms) => (count * 1000) / ms
  return {
    add: perSecond(added - began),
    work: perSecond(ended - added),
    both: perSecond(ended - began),
    addTimes: atAdded.map((time, i) => (time - atFirst[i]) / count),
    workTimes: atEnd.map((time, i) => (time - atAdded[i]) / count),
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
  const order = cluster.all.map((i) => (leader + i) % cluster.count)
  const members = order.map((member) => cluster.process(member).pid)
  const systems = [
    ['redis-server', redis.port, []],
    ['redis-server, always', synced.port, []],
    ['three, the leader', cluster.ports[leader], members],
    ['three, a follower', cluster.ports[order[1]], members],
  ]
  // A member's code is compiled as it runs: a job costs it a third of the first ones after some thousand.
  for (const [, port] of systems) await measure(port, 'warm', warm)
  for (let round = 0; round < rounds; round++) {
    for (const [at] of systems.entries()) {
      const [name, port, pids] = systems[(at + round) % systems.length]
      const { addTimes, workTimes, ...found } = await measure(port, round, jobs, [
        process.pid,
        ...pids,
      ])
      addTimes.forEach((time, i) => (found[`add of ${i}`] = time))
      workTimes.forEach((time, i) => (found[`work of ${i}`] = time))
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
  console.log(
    'processor time of a job in us: client, leader, followers (the first is the one that was asked)',
  )
  for (const [name, , pids] of systems) {
    const cells = ['add', 'work'].map((what) => {
      const times = [0, ...pids].map((_, i) => median(name, `${what} of ${i}`).toFixed(0))
      return `${what} ${times.join(' ')}`
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
