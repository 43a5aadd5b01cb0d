// `make acceptance`: applications as their users write them, against a cluster of three members, through
// one that does not lead. CASE= runs those whose name begins so; PORT= takes a server that runs already
// (redis-server itself shows what is expected), LEVEL= another consistency than strong. Needs the built tests in dist.

import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { TestCluster } from '../../dist/test/e2e/cluster.js'

const caseMsMax = 60_000
const folder = fileURLToPath(new URL('cases/', import.meta.url))
const wanted = process.env.CASE ?? ''
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.js') && name.startsWith(wanted))
  .toSorted()

const tally = { passed: 0, failed: 0, skipped: 0 }
const world = await openWorld()
// A client that loses its server must not end the run: its case fails by itself.
process.on('unhandledRejection', (error) => console.log(`  unhandled: ${error?.message ?? error}`))

for (const file of files) {
  const { cases } = await import(new URL(`cases/${file}`, import.meta.url).href)
  for (const each of cases) await runCase(`${file.replace('.js', '')}: ${each.name}`, each)
}
await world.close()
if (tally.skipped > 0) console.log(`${tally.skipped} skipped`)
console.log(`${tally.passed} passed, ${tally.failed} failed`)
process.exit(tally.failed > 0 || tally.passed === 0 ? 1 : 0)

async function runCase(name, { run, missing }) {
  const reason = missing?.() ?? null
  if (reason !== null) {
    tally.skipped++
    console.log(`skipped: ${name}: ${reason}`)
    return
  }
  const started = performance.now()
  const closers = []
  try {
    await world.flush()
    await within(run({ port: world.port, after: (close) => closers.push(close) }), caseMsMax)
    tally.passed++
    console.log(`ok ${name} (${Math.round(performance.now() - started)} ms)`)
  } catch (error) {
    tally.failed++
    console.log(`not ok ${name}: ${error?.stack ?? error}`)
  }
  for (const close of closers.reverse()) {
    try {
      await within(Promise.resolve(close()), 5_000)
    } catch {}
  }
}

function within(promise, ms) {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done in ${ms} ms`)), ms)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

async function openWorld() {
  const { Redis } = await import('ioredis-5')
  const given = Number(process.env.PORT ?? 0)
  if (given > 0) return { port: given, flush: () => flushAt(Redis, given), close: async () => {} }
  const { LEVEL: level } = process.env
  const config = level === undefined ? {} : { keyspaces: [{ name: 'default', level }] }
  const cluster = await TestCluster.start({ proxied: false, config })
  const leader = await cluster.waitLeader()
  const port = cluster.ports[(leader + 1) % cluster.count]
  return { port, flush: () => flushAt(Redis, port), close: () => cluster.dispose() }
}

async function flushAt(Redis, port) {
  const redis = new Redis(port)
  await redis.flushall()
  redis.disconnect()
}
