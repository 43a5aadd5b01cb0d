// The comparison in its tiny form, so that it cannot rot: each server that is here answers its driver, and what is
// written of figures is what they are.

import { createServer, type Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import test from 'ava'
import { encodeCommand, openSocket } from '../bench/load.js'
import { portOf } from '../ports.js'
import { bareCache, bareLog } from './bare.js'
import { barChart, lineChart } from './chart.js'
import { contests } from './contests.js'
import { driveClosed, driveOpen } from './drive.js'
import { type CaseResult, type Figure, measureContest } from './measure.js'
import { processorMs } from './processor-time.js'
import { verdictsOf } from './table.js'
import { resp } from './wire.js'

const tiny = { rounds: 1, requests: 500, ms: 100, rates: [], warmMs: 60 }
const rivals = new Map(contests.map(({ theirs }) => [theirs.name, theirs]))
const chosen = [...rivals.keys()].flatMap((name) => {
  const contest = contests.find(({ theirs, driver }) => theirs.name === name && driver === 'own')
  return contest ?? contests.find(({ theirs }) => theirs.name === name) ?? []
})
/** Of these the other side is new: what Node leaves. */
chosen.push(...contests.filter(({ id }) => id === 'bare-cache' || id === 'bare-log'))

for (const found of chosen) {
  const { missing } = found.theirs
  const compared = missing === null ? test.serial : test.serial.skip
  const why = missing === null ? '' : ` (${missing})`
  compared(`compare: ${found.id}, in its tiny form: has every figure${why}`, async (t) => {
    const result = await measureContest({ ...found, driver: 'own' }, { ...tiny, rates: [500] })

    t.is(result.cases.length, found.cases.length)
    for (const { ours, theirs } of [...result.cases, ...result.open]) {
      for (const { perSecond, p50Ms, p99Ms, p999Ms } of [ours, theirs]) {
        t.true(perSecond > 0)
        t.true(p50Ms > 0 && p50Ms <= p99Ms && p99Ms <= p999Ms)
      }
    }
  })
}

/** Answers each SET `delay` milliseconds later, all that came meanwhile together. */
async function slowServer(delay: number): Promise<Server> {
  const server = createServer((socket) => {
    let waiting = 0
    socket.on('error', () => {})
    socket.on('data', (data) => {
      const count = data.toString('latin1').split('SET').length - 1
      if (waiting === 0) {
        setTimeout(() => {
          socket.write('+OK\r\n'.repeat(waiting))
          waiting = 0
        }, delay)
      }
      waiting += count
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

test('compare: a server that answers late, closed and open loop: each request counts from when it was due', async (t) => {
  const server = await slowServer(50)
  const load = { wire: resp, port: portOf(server), operation: 'set', clients: 2, ms: 400 } as const

  const closed = await driveClosed(load, 1)
  const open = await driveOpen(load, 1_000)

  server.close()
  t.true(closed.p50Ms >= 49)
  t.true(closed.perSecond < 45, 'two clients that wait are no more than forty a second')
  t.true(Math.abs(open.perSecond - 1_000) < 50, 'the rate is kept, whatever is answered')
  t.true(open.p99Ms >= 40)
})

test('compare: a server that answers an error, or closes: the load fails with it', async (t) => {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => socket.end('-ERR no\r\n'))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const load = { wire: resp, port: portOf(server), operation: 'set', clients: 1, ms: 100 } as const

  await t.throwsAsync(driveClosed(load, 1), { message: /ERR no/ })
  await t.throwsAsync(driveOpen(load, 100), { message: /ERR no/ })
  server.close()
})

const figure: Figure = { count: 1, perSecond: 100, p50Ms: 1, p99Ms: 2, p999Ms: 3, cpuUs: 4 }

test('compare: bars of a case: each is judged by its ratio', (t) => {
  const of = { operation: 'set', clients: 50, depth: 1, least: 0.95, p99Most: 2 } as const
  const result: CaseResult = {
    case: of,
    ours: { ...figure, perSecond: 90, p99Ms: 3 },
    theirs: figure,
  }

  t.deepEqual(verdictsOf(result), [
    { isMet: false, text: '0.90 (bar 0.95), missed' },
    { isMet: true, text: 'p99 1.50 (bar 2)' },
  ])
  t.deepEqual(
    verdictsOf({ ...result, ours: { ...figure, perSecond: 95, p99Ms: 4.1 } }).map((v) => v.isMet),
    [true, false],
  )
})

test('compare: charts: hold every name and figure, escaped', (t) => {
  const bars = barChart(
    'Title',
    ['a', 'b <c>'],
    [{ name: 'GET', values: [1_234_567, 12_345], note: '100 times' }],
  )
  for (const part of ['Title', 'b &lt;c>', 'GET', '1.23 M  100 times', '12.3 k']) {
    t.true(bars.includes(part), part)
  }

  const points = [
    [10, 1],
    [100, 5],
  ] as const
  const lines = lineChart('T', ['a', 'b'], { lines: [{ points }, { points }], x: 'rate', y: 'ms' })
  t.is(lines.split('<polyline').length - 1, 2)
  t.false(lines.includes('NaN'))
})

test('compare: processor time of this process: grows by work', (t) => {
  const before = processorMs([process.pid])
  if (Number.isNaN(before)) {
    t.pass('there is no /proc here')
    return
  }
  for (const end = performance.now() + 60; performance.now() < end; );

  t.true(processorMs([process.pid]) > before)
  t.true(Number.isNaN(processorMs([-1])))
})

test('compare: bare servers: keep what they are given, in a pipeline that comes in pieces', async (t) => {
  for (const system of [bareCache, bareLog]) {
    const { port, pids, stop } = await system.start()
    try {
      const socket = await openSocket(port)
      let said = ''
      socket.on('data', (data) => {
        said += data.toString('latin1')
      })
      const sets = ['a', 'b', 'a'].map((key, i) => encodeCommand('SET', key, `${i}`)).join('')
      socket.write(sets.slice(0, 40))
      setTimeout(() => socket.write(sets.slice(40)), 50)
      while (said !== '+OK\r\n+OK\r\n+OK\r\n') await sleep(5)
      said = ''
      socket.write(['a', 'b', 'c'].map((key) => encodeCommand('GET', key)).join(''))
      while (said.length < 19) await sleep(5)
      t.is(said, '$1\r\n2\r\n$1\r\n1\r\n$-1\r\n')
      t.is(pids.length, system === bareLog ? 3 : 1)
      socket.destroy()
    } finally {
      await stop()
    }
  }
})
