// `make suite SUITE=folder`: Redis' own test suite, unpacked outside of this checkout, unit by unit against
// a cluster of three members through one that does not lead; PORT= takes a server that runs already.
// UNITS= (a list with commas) picks units. The README of test says where the suite comes from.

import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { TestCluster } from '../e2e/cluster.js'
import { freePorts } from '../ports.js'
import { readResult } from './results.js'
import { units } from './units.js'

const { env } = process
const unitMsMax = Number(env['UNIT_SECONDS'] ?? 240) * 1000
const share = 0.95
/** FLAGS=`--durability none` for a quick look: each of the suite's commands waits for the one before. */
const flags = (env['FLAGS'] ?? '').split(' ').filter((flag) => flag !== '')

async function main(folder: string): Promise<boolean> {
  const wanted = (env['UNITS'] ?? '').split(',').filter((name) => name !== '')
  const chosen = units.filter(
    ({ name }) => wanted.length === 0 || wanted.some((each) => name.endsWith(each)),
  )
  const logs = env['LOGS'] ?? ''
  if (logs !== '') mkdirSync(logs, { recursive: true })
  let passed = 0
  let expected = 0
  for (const unit of chosen) {
    // A cluster of its own: what one unit spoils must not show in the next.
    const server = await open()
    const printed = await runUnit(folder, unit.name, server.port)
    await server.close()
    if (logs !== '') writeFileSync(join(logs, `${unit.name.replaceAll('/', '_')}.log`), printed)
    const result = readResult(printed)
    passed += Math.min(result.passed, unit.expected)
    expected += unit.expected
    console.log(
      `${unit.name.padEnd(26)} ${result.passed} of ${unit.expected}, ${result.failed.length} failed${result.broken === null ? '' : `, broken: ${result.broken.slice(0, 150)}`}`,
    )
    if (env['FAILURES'] === '1') for (const title of result.failed) console.log(`    ${title}`)
  }
  const reached = passed / Math.max(1, expected)
  console.log(
    `${passed} of ${expected} cases that redis-server passes: ${(reached * 100).toFixed(1)} %`,
  )
  return reached >= share
}

interface Server {
  readonly port: number
  close(): Promise<void>
}

async function open(): Promise<Server> {
  const given = Number(env['PORT'] ?? 0)
  if (given > 0) return { port: given, close: () => Promise.resolve() }
  const cluster = await TestCluster.start({ proxied: false, flags })
  const leader = await cluster.waitLeader()
  const port = cluster.ports[(leader + 1) % cluster.count] ?? 0
  // Small sets are listpacks as from Redis 7.2 on; the suite of 7.0 knows hash tables only.
  const client = new Redis(port)
  await client.config('SET', 'set-max-listpack-entries', '0')
  client.disconnect()
  return { port, close: () => cluster.dispose() }
}

async function runUnit(folder: string, unit: string, port: number): Promise<string> {
  const tags = '-needs:debug -needs:repl'
  // Two runs at once must not meet at the suite's own port.
  const [own] = await freePorts(1)
  const args = ['--host', '127.0.0.1', '--port', String(port), '--durable', '--no-latency']
  args.push('--baseport', String(own))
  return new Promise((resolve) => {
    const child = spawn('./runtest', [...args, '--tags', tags, '--single', unit], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    let printed = ''
    child.stdout.on('data', (bytes: Buffer) => {
      printed += bytes.toString('latin1')
    })
    child.stderr.on('data', (bytes: Buffer) => {
      printed += bytes.toString('latin1')
    })
    // The suite starts children of its own: the whole group ends.
    const timer = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), unitMsMax)
    child.once('close', () => {
      clearTimeout(timer)
      resolve(printed)
    })
  })
}

const folder = env['SUITE'] ?? ''
if (!existsSync(join(folder, 'runtest'))) {
  console.error(
    'SUITE= names the folder of an unpacked redis 7.0.15; test/README.md says how to get it',
  )
  process.exitCode = 1
} else if (!(await main(folder))) process.exitCode = 1
