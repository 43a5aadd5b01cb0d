// Members on different versions of Node beside each other: the whole command set, real scripts, and the times and
// chances of a leader that changes; what they hold is equal, to the last bit that the digest has.

import { spawnSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { Redis } from 'ioredis'
import { Random } from '../../src/base/random.js'
import { commandTable } from '../../src/engine/commands/table.js'
import { docOf } from '../differential/spec-docs.js'
import { functionLines } from '../differential/function-lines.js'
import { type Line, Units } from '../differential/units.js'
import { TestCluster } from './cluster.js'

const other = fileURLToPath(new URL('../../../node_modules/node-24/bin/node', import.meta.url))
const version = spawnSync(other, ['--version'], { encoding: 'utf8' }).stdout?.trim() ?? ''
// One alone where the install script of npm's package node did not run.
const onTwo = version === '' || version === process.version ? test.serial.skip : test.serial

const commands = 9_000
const batch = 100

function unitsOf(): Units {
  return new Units({
    docs: new Map([...commandTable].map(([name, spec]) => [name, docOf(spec)])),
    known: (name) => commandTable.has(name),
    commands: [],
    families: [],
    isSession: false,
    isFree: true,
  })
}

/** Lines of all commands; now and then scripts and functions. */
function drawn(random: Random): Line[] {
  const units = unitsOf()
  const lines: Line[] = []
  while (lines.length < commands) {
    if (random.chance(1, 12)) lines.push(random.pick(functionLines))
    else
      lines.push(
        ...units.draw(random).filter(([name]) => !/^(flush|swapdb|select)/i.test(name ?? '')),
      )
  }
  return lines
}

async function digests(clients: readonly Redis[]): Promise<string[]> {
  return await Promise.all(
    clients.map(async (client) => String(await client.call('DEBUG', 'DIGEST'))),
  )
}

onTwo(
  `versions: members on ${process.version} and ${version}: equal digests under the full command set`,
  async (t) => {
    const cluster = await TestCluster.start({
      nodeOf: (member) => (member === 1 ? other : process.execPath),
      config: { security: { 'debug-command': 'local' } },
      proxied: false,
    })
    const clients = cluster.ports.map((port) => new Redis({ port, retryStrategy: () => 200 }))
    try {
      const random = new Random(Number(process.env['SEED'] ?? 1))
      const lines = drawn(random)
      let answered = 0
      for (let at = 0; at < lines.length; at += batch) {
        const pipe = (clients[random.below(3)] as Redis).pipeline()
        for (const [name = '', ...args] of lines.slice(at, at + batch)) pipe.call(name, ...args)
        for (const [error] of (await pipe.exec()) ?? []) if (error === null) answered++
        // Each of them leads for a while.
        if (at % 3_000 === 0) await clients[(at / 3_000) % 3]?.call('FAILOVER').catch(() => null)
      }
      t.true(answered > commands / 4, String(answered))
      // The others may be within a transaction.
      const fresh = cluster.ports.map((port) => new Redis({ port }))
      clients.push(...fresh)
      let last: string[] = []
      for (let tries = 0; tries < 100; tries++) {
        last = await digests(fresh)
        if (new Set(last).size === 1) break
        await sleep(100)
      }
      t.is(new Set(last).size, 1, last.join(' '))
      t.regex(last[0] ?? '', /^[0-9a-f]{16,}/)
      t.not(await fresh[0]?.dbsize(), 0)
      const nodes = await Promise.all(
        clients.map(
          async (client) => (await client.info('server')).match(/node_version:(\S+)/)?.[1],
        ),
      )
      t.is(new Set(nodes).size, 2, nodes.join(' '))
    } finally {
      for (const client of clients) client.disconnect()
      await cluster.dispose()
    }
  },
)
