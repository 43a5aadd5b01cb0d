// A ZooKeeper ensemble of a benchmark's own: Debian's package, free ports of 127.0.0.1, a directory that
// goes with it, ended by pid. Where there is none `zookeeperMissing` says so.

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePorts } from './ports.js'
import { findProgram } from './tools.js'

export interface Zookeeper {
  /** Of the clients, by server. */
  readonly ports: readonly number[]
  readonly pids: readonly number[]
  /** Which of them leads. */
  readonly leader: number
  stop(): Promise<void>
}

const jar = '/usr/share/java/zookeeper.jar'
const startMs = 60_000
const java = findProgram('java')

/** Why there is no ZooKeeper to compare with, or null when there is one. */
export const zookeeperMissing: string | null =
  java === null ? 'java is not on the PATH' : existsSync(jar) ? null : `there is no ${jar}`

/** Call only when `zookeeperMissing` is null. Each write is synced, as it is by default. */
export async function startZookeeper(servers: number): Promise<Zookeeper> {
  const directory = mkdtempSync(join(tmpdir(), 'quorate-zookeeper-'))
  const ports = await freePorts(servers * 3)
  const addresses = Array.from({ length: servers }, (_, i) => {
    const [quorum, election] = [ports[servers + i], ports[servers * 2 + i]]
    return `server.${i + 1}=127.0.0.1:${quorum}:${election}`
  })
  const children = addresses.map((_, i) =>
    spawnServer(join(directory, `${i + 1}`), { id: i + 1, port: ports[i] ?? 0, addresses }),
  )
  const stop = async (): Promise<void> => {
    await Promise.all(children.map(end))
    rmSync(directory, { recursive: true, force: true })
  }
  try {
    const clients = ports.slice(0, servers)
    const pids = children.map(({ pid }) => pid ?? 0)
    return { ports: clients, pids, leader: await waitLeader(clients), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function spawnServer(
  directory: string,
  server: { readonly id: number; readonly port: number; readonly addresses: readonly string[] },
): ChildProcess {
  mkdirSync(directory)
  writeFileSync(join(directory, 'myid'), `${server.id}`)
  const lines = [
    ...['tickTime=2000', 'initLimit=10', 'syncLimit=5', 'maxClientCnxns=0'],
    ...[`dataDir=${directory}`, `clientPort=${server.port}`, 'clientPortAddress=127.0.0.1'],
    ...['admin.enableServer=false', '4lw.commands.whitelist=srvr', ...server.addresses],
  ]
  const file = join(directory, 'zoo.cfg')
  writeFileSync(file, `${lines.join('\n')}\n`)
  const main = 'org.apache.zookeeper.server.quorum.QuorumPeerMain'
  return spawn(java ?? '', ['-Xmx512m', '-cp', jar, main, file], { stdio: 'ignore' })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  while (child.exitCode === null && child.signalCode === null) await sleep(10)
}

async function waitLeader(ports: readonly number[]): Promise<number> {
  const until = performance.now() + startMs
  while (performance.now() < until) {
    const modes = await Promise.all(ports.map(modeOf))
    const leader = modes.indexOf('leader')
    if (leader >= 0 && modes.every((mode) => mode !== '')) return leader
    await sleep(100)
  }
  throw new Error(`ZooKeeper is not ready after ${startMs} ms`)
}

/** `leader`, `follower`, or nothing from a server that does not serve yet. */
function modeOf(port: number): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    const socket = connect({ host: '127.0.0.1', port }, () => socket.write('srvr'))
    socket.on('data', (data) => {
      text += data.toString('latin1')
    })
    socket.on('error', () => resolve(''))
    socket.on('close', () => resolve(/Mode: (\w+)/.exec(text)?.[1] ?? ''))
  })
}
