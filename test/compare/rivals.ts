// The servers that Quorate is compared with, as Debian has them.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ask } from '../bench/load.js'
import { freePort, freePorts } from '../ports.js'
import { findProgram } from '../tools.js'
import { startZookeeper, zookeeperMissing } from '../zookeeper.js'
import { etcdWire } from './etcd-wire.js'
import { makeDirectory, type Program, startProgram } from './program.js'
import { clientsMax } from './quorate.js'
import type { Running, System } from './system.js'
import { memcachedWire, resp, respWait } from './wire.js'
import { zookeeperWire } from './zookeeper-wire.js'

/** Debian keeps servers where not everybody looks. */
function find(name: string): string {
  return findProgram(name) ?? findProgram(`../sbin/${name}`) ?? ''
}

function missingOf(name: string, debian: string): string | null {
  return find(name) === '' ? `${name} is not on the PATH: apt-get install ${debian}` : null
}

const redisMissing = missingOf('redis-server', 'redis-server')

/** Programs that stop together, and their directory with them. */
class Programs {
  readonly #made = makeDirectory()
  readonly #all: Program[] = []

  get directory(): string {
    return this.#made.directory
  }

  async start(name: string, port: number, args: readonly string[]): Promise<void> {
    const { directory } = this
    this.#all.push(await startProgram(find(name), args, { directory, port }))
  }

  async stop(): Promise<void> {
    await Promise.all(this.#all.map((each) => each.stop()))
    this.#made.remove()
  }

  running(port: number): Running {
    return { port, pids: this.#all.map(({ pid }) => pid), stop: () => this.stop() }
  }
}

/** Starts programs; what did start ends where one does not. */
async function starting(start: (programs: Programs) => Promise<number>): Promise<Running> {
  const programs = new Programs()
  try {
    return programs.running(await start(programs))
  } catch (error) {
    await programs.stop()
    throw error
  }
}

async function startRedis(programs: Programs, args: readonly string[] = []): Promise<number> {
  const port = await freePort()
  const memory = ['--save', '', '--appendonly', 'no', '--maxclients', `${clientsMax}`]
  const own = ['--port', `${port}`, '--bind', '127.0.0.1', ...memory]
  await programs.start('redis-server', port, [...own, ...args])
  return port
}

export const redis: System = {
  name: 'redis-server',
  missing: redisMissing,
  wire: resp,
  start: () => starting(startRedis),
}

export const replicatedRedis: System = {
  name: 'redis-server, 2 replicas',
  missing: redisMissing,
  wire: resp,
  start: () =>
    starting(async (programs) => {
      const master = await startRedis(programs)
      const of = ['--replicaof', '127.0.0.1', `${master}`, '--repl-diskless-sync-delay', '0']
      for (let i = 0; i < 2; i++) await startRedis(programs, of)
      while (!(await ask(master, 'INFO', 'replication')).includes('slave1:')) await sleep(50)
      while ((await ask(master, 'WAIT', '2', '1000')) !== ':2\r\n') await sleep(50)
      return master
    }),
}

export const waitingRedis: System = {
  ...replicatedRedis,
  name: 'redis-server, 2 replicas, WAIT 1',
  wire: respWait,
}

export const nutcracker: System = {
  name: 'nutcracker, redis-server',
  missing: redisMissing ?? missingOf('nutcracker', 'nutcracker'),
  wire: resp,
  start: () =>
    starting(async (programs) => {
      const behind = await startRedis(programs)
      const [port, stats] = await freePorts(2)
      const pool = [`listen: 127.0.0.1:${port}`, 'redis: true', 'servers:']
      const file = join(programs.directory, 'nutcracker.yml')
      writeFileSync(file, `pool:\n  ${pool.join('\n  ')}\n   - 127.0.0.1:${behind}:1\n`)
      const args = ['-c', file, '-s', `${stats}`, '-a', '127.0.0.1', '-m', '16384']
      await programs.start('nutcracker', port ?? 0, args)
      return port ?? 0
    }),
}

export const memcached: System = {
  name: 'memcached',
  missing: missingOf('memcached', 'memcached'),
  wire: memcachedWire,
  start: () =>
    starting(async (programs) => {
      const port = await freePort()
      const args = ['-l', '127.0.0.1', '-p', `${port}`, '-U', '0', '-m', '512', '-u', 'nobody']
      await programs.start('memcached', port, args)
      return port
    }),
}

export const etcd: System = {
  name: 'etcd',
  missing: missingOf('etcd', 'etcd-server'),
  wire: etcdWire,
  start: () => starting(startEtcd),
}

async function startEtcd(programs: Programs): Promise<number> {
  const ports = await freePorts(6)
  const url = (port: number | undefined): string => `http://127.0.0.1:${port}`
  const names = [0, 1, 2].map((i) => `e${i}=${url(ports[3 + i])}`).join(',')
  const starts = [0, 1, 2].map((i) => {
    const [client, peer] = [url(ports[i]), url(ports[3 + i])]
    const urls = ['--listen-client-urls', client, '--advertise-client-urls', client]
    const peers = ['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer]
    const cluster = ['--initial-cluster', names, '--initial-cluster-state', 'new']
    const own = ['--name', `e${i}`, '--data-dir', join(programs.directory, `e${i}`)]
    return programs.start('etcd', ports[i] ?? 0, [...own, ...urls, ...peers, ...cluster])
  })
  await Promise.all(starts)
  // Its metrics say who leads.
  for (;;) {
    for (const port of ports.slice(0, 3)) {
      const said = await (await fetch(`${url(port)}/metrics`)).text()
      if (said.includes('\netcd_server_is_leader 1')) return port
    }
    await sleep(50)
  }
}

export const zookeeper: System = {
  name: 'ZooKeeper',
  missing: zookeeperMissing === null ? null : `${zookeeperMissing}: apt-get install zookeeper`,
  wire: zookeeperWire,
  start: async () => {
    const { ports, leader, pids, stop } = await startZookeeper(3)
    return { port: ports[leader] ?? 0, pids, stop }
  },
}
