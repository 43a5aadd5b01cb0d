// BullMQ: queue, worker, flow, delayed jobs, rate limit, stalled jobs, repeatable jobs, events.

import assert from 'node:assert/strict'
import { FlowProducer, Queue, QueueEvents, Worker } from 'bullmq'

export const cases = [
  { name: 'jobs are done once, in order, with results and failures', run: jobs },
  { name: 'a flow: the parent waits for its children', run: flow },
  { name: 'delayed jobs and priorities', run: delayed },
  { name: 'a rate limit', run: limited },
  { name: 'a stalled job is done by another worker', run: stalled },
  { name: 'a job scheduler', run: scheduled },
]

function opener({ port, after }) {
  const connection = { port, host: '127.0.0.1', maxRetriesPerRequest: null }
  return (Kind, ...args) => {
    const last = typeof args.at(-1) === 'object' && args.length > 1 ? args.pop() : {}
    const made = new Kind(...args, { connection, ...last })
    made.on('error', () => {})
    after(() => made.close(true))
    return made
  }
}

async function until(holds, msMax = 20_000) {
  const end = performance.now() + msMax
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`never: ${holds}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function jobs(world) {
  const open = opener(world)
  const queue = open(Queue, 'jobs')
  const events = open(QueueEvents, 'jobs')
  await events.waitUntilReady()
  const done = []
  open(Worker, 'jobs', async (job) => {
    if (job.data.fails) throw new Error('no')
    done.push(job.data.n)
    return job.data.n * 2
  })
  await queue.addBulk(Array.from({ length: 50 }, (_, n) => ({ name: 'count', data: { n } })))
  const last = await queue.add('count', { n: 50 })
  assert.equal(await last.waitUntilFinished(events, 20_000), 100)
  assert.deepEqual(
    done,
    Array.from({ length: 51 }, (_, n) => n),
  )
  const failing = await queue.add('fail', { fails: true }, { attempts: 2, backoff: 10 })
  await assert.rejects(failing.waitUntilFinished(events, 20_000), /no/)
  const counts = await queue.getJobCounts()
  assert.equal(counts.completed, 51)
  assert.equal(counts.failed, 1)
  await queue.obliterate({ force: true })
}

async function flow(world) {
  const open = opener(world)
  const queue = open(Queue, 'parents')
  const producer = open(FlowProducer)
  open(Worker, 'children', async (job) => job.data.value)
  let sum = 0
  open(Worker, 'parents', async (job) => {
    sum = Object.values(await job.getChildrenValues()).reduce((a, b) => a + b, 0)
    return sum
  })
  await producer.add({
    name: 'sum',
    queueName: 'parents',
    children: [1, 2, 3].map((value) => ({ name: 'part', queueName: 'children', data: { value } })),
  })
  await until(async () => (await queue.getCompletedCount()) === 1)
  assert.equal(sum, 6)
}

async function delayed(world) {
  const open = opener(world)
  const queue = open(Queue, 'delayed')
  await queue.add('late', {}, { delay: 3_000 })
  await queue.add('low', {}, { priority: 10 })
  await queue.add('high', {}, { priority: 1 })
  assert.equal(await queue.getDelayedCount(), 1)
  const started = performance.now()
  const done = []
  open(Worker, 'delayed', async (job) => done.push(job.name))
  await until(() => done.length === 3)
  assert.deepEqual(done, ['high', 'low', 'late'])
  assert.ok(performance.now() - started > 1_000)
}

async function limited(world) {
  const open = opener(world)
  const queue = open(Queue, 'limited')
  await queue.addBulk(Array.from({ length: 6 }, () => ({ name: 'j', data: {} })))
  const at = []
  open(Worker, 'limited', async () => at.push(performance.now()), {
    limiter: { max: 2, duration: 300 },
  })
  await until(() => at.length === 6)
  assert.ok(at[5] - at[0] > 500, `six jobs in ${at[5] - at[0]} ms`)
}

async function stalled(world) {
  const open = opener(world)
  const queue = open(Queue, 'stalled')
  await queue.add('job', {})
  const started = new Promise((resolve) => {
    const dying = open(Worker, 'stalled', () => new Promise(() => resolve(dying)), {
      lockDuration: 500,
      lockRenewTime: 100_000,
      skipStalledCheck: true,
    })
  })
  await started
  let done = 0
  const heir = open(Worker, 'stalled', async () => done++, {
    stalledInterval: 300,
    maxStalledCount: 2,
  })
  const heard = new Promise((resolve) => heir.on('stalled', resolve))
  await heard
  await until(() => done === 1)
  await until(async () => (await queue.getCompletedCount()) === 1)
}

async function scheduled(world) {
  const open = opener(world)
  const queue = open(Queue, 'scheduled')
  let times = 0
  open(Worker, 'scheduled', async () => times++)
  await queue.upsertJobScheduler('often', { every: 100 }, { name: 'tick', data: {} })
  await until(() => times >= 3)
  assert.equal((await queue.getJobSchedulers()).length, 1)
  assert.equal(await queue.removeJobScheduler('often'), true)
}
