// A cluster of real member processes on free ports in a directory of its own, with a fault proxy on
// every peer link. Tests drive it: kill, pause, cut, heal, restart. `dispose` leaves nothing behind.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { readStatus, type StatusReport, type StatusRow } from '../../src/cli/status.js'
import { FaultProxy } from './fault-proxy.js'
import { MemberProcess } from './member-process.js'
import { freePorts } from '../ports.js'

export interface ClusterOptions {
  readonly members?: number
  /** Options beside members and addresses. */
  readonly config?: Readonly<Record<string, unknown>>
  readonly flags?: readonly string[]
  /** For node itself. */
  readonly nodeFlags?: readonly string[]
  /** False: members reach each other directly, for measurements. */
  readonly proxied?: boolean
  /** Each member has a listener for cluster-aware clients beside the other: `clusterPorts`. */
  readonly aware?: boolean
  /** The node that a member runs on, by its place. */
  readonly nodeOf?: (member: number) => string
  /** Another installation's `quorate`. */
  readonly script?: string
  /** Where data goes; a temporary directory of its own otherwise. */
  readonly directory?: string
}

/** Milliseconds that a cluster may take to become ready. */
const readyMsMax = 120_000

export class TestCluster {
  readonly directory: string
  readonly ports: readonly number[]
  /** For cluster-aware clients; none unless asked for. */
  readonly clusterPorts: readonly number[]
  readonly #options: ClusterOptions
  readonly #peerPorts: readonly number[]
  /** By dialling member, then by target. */
  readonly #proxies: (readonly (FaultProxy | null)[])[] = []
  readonly #processes: (MemberProcess | null)[] = []

  private constructor(options: ClusterOptions, directory: string, ports: readonly number[]) {
    const count = options.members ?? 3
    this.#options = options
    this.directory = directory
    this.ports = ports.slice(0, count)
    this.#peerPorts = ports.slice(count, 2 * count)
    this.clusterPorts = ports.slice(2 * count)
    this.#processes = this.ports.map(() => null)
  }

  /** Ports, proxies and files; no process yet. */
  static async prepare(options: ClusterOptions = {}): Promise<TestCluster> {
    const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'quorate-e2e-'))
    const ports = await freePorts((options.aware === true ? 3 : 2) * (options.members ?? 3))
    const cluster = new TestCluster(options, directory, ports)
    for (let from = 0; from < cluster.count; from++) {
      const row: (FaultProxy | null)[] = []
      for (let to = 0; to < cluster.count; to++) {
        const isDirect = from === to || options.proxied === false
        row.push(isDirect ? null : await FaultProxy.open(cluster.#peerPorts[to] ?? 0))
      }
      cluster.#proxies.push(row)
    }
    for (let i = 0; i < cluster.count; i++) cluster.writeConfig(i)
    return cluster
  }

  /** A cluster that answers and has a leader. */
  static async start(options: ClusterOptions = {}): Promise<TestCluster> {
    const cluster = await TestCluster.prepare(options)
    try {
      for (let i = 0; i < cluster.count; i++) cluster.startMember(i)
      await cluster.waitReady()
      return cluster
    } catch (error) {
      await cluster.dispose()
      throw error
    }
  }

  get count(): number {
    return this.ports.length
  }

  get all(): readonly number[] {
    return this.ports.map((_, i) => i)
  }

  process(member: number): MemberProcess {
    const found = this.#processes[member]
    if (found === null || found === undefined) throw new Error(`member ${member} was never started`)
    return found
  }

  dataOf(member: number): string {
    return join(this.directory, `m${member + 1}`)
  }

  /** Writes a member's file: peers are reached over its own proxies. `listed` limits the initial list. */
  writeConfig(member: number, listed: readonly number[] = this.all): void {
    const members = listed.map((i) => ({
      id: i + 1,
      client: `127.0.0.1:${this.ports[i]}`,
      peer: `127.0.0.1:${this.#proxies[member]?.[i]?.port ?? this.#peerPorts[i]}`,
      ...(this.#options.aware === true && { cluster: `127.0.0.1:${this.clusterPorts[i]}` }),
    }))
    const config = { cluster: 'e2e', disk: { reserve: '1mb' }, ...this.#options.config, members }
    mkdirSync(this.directory, { recursive: true })
    writeFileSync(join(this.directory, `m${member + 1}.yaml`), stringify(config))
  }

  startMember(member: number, ...flags: readonly string[]): MemberProcess {
    const conf = join(this.directory, `m${member + 1}.yaml`)
    const own = ['--self', String(member + 1), '--directory', this.dataOf(member)]
    const args = ['start', '--conf', conf, ...own, ...(this.#options.flags ?? []), ...flags]
    const log = join(this.directory, `m${member + 1}.log`)
    const { nodeFlags, script, nodeOf } = this.#options
    const started = new MemberProcess(args, log, { nodeFlags, script, node: nodeOf?.(member) })
    this.#processes[member] = started
    return started
  }

  /** Cuts what `from` sends to `to`, whoever dialled. */
  cutOneWay(from: number, to: number): void {
    this.#proxies[from]?.[to]?.cut('there')
    this.#proxies[to]?.[from]?.cut('back')
  }

  cut(a: number, b: number): void {
    this.cutOneWay(a, b)
    this.cutOneWay(b, a)
  }

  /** Cuts a member from all others. */
  isolate(member: number): void {
    for (const other of this.all) if (other !== member) this.cut(member, other)
  }

  heal(): void {
    for (const proxy of this.#allProxies()) proxy.heal()
  }

  delay(ms: number): void {
    for (const proxy of this.#allProxies()) proxy.delay(ms)
  }

  status(member: number): Promise<StatusReport> {
    return readStatus({ host: '127.0.0.1', port: String(this.ports[member]) })
  }

  /** Index of the member that leads the first group, as `asked` sees it; null when it knows none. */
  async leader(asked: readonly number[] = this.all): Promise<number | null> {
    for (const member of asked) {
      const report = await this.status(member).catch(() => null)
      const leader = Number(report?.groups[0]?.['leader'] ?? 0)
      if (leader > 0) return leader - 1
    }
    return null
  }

  /** The leader once there is one. */
  async waitLeader(asked: readonly number[] = this.all): Promise<number> {
    let found: number | null = null
    await this.waitFor('a leader', async () => {
      found = await this.leader(asked)
      return found !== null
    })
    return found ?? 0
  }

  /** Until each of `members` answers, knows a leader and finds its groups healthy. */
  async waitReady(members: readonly number[] = this.all): Promise<void> {
    await this.waitFor(`members ${members.map((i) => i + 1).join(', ')}`, async () => {
      const reports = await Promise.all(members.map((i) => this.status(i).catch(() => null)))
      const groups = reports.flatMap((each): readonly StatusRow[] => each?.groups ?? [{}])
      const leaders = new Set(reports.map((each) => each?.groups[0]?.['leader'] ?? null))
      // Of a group that merges every member leads its own.
      const isLone = reports.every((each) => each?.groups[0]?.['strategy'] === 'eventual')
      const isLed = isLone || leaders.size === 1
      return groups.every(isServing) && isLed && !leaders.has(null)
    })
  }

  async waitFor(what: string, holds: () => Promise<boolean>, msMax = readyMsMax): Promise<void> {
    const until = performance.now() + msMax
    for (;;) {
      if (await holds()) return
      if (performance.now() > until) throw new Error(`no ${what} in time\n${this.tails()}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  /** The ends of all logs. */
  tails(): string {
    return this.#processes
      .map(
        (each, i) =>
          `--- m${i + 1}${each?.isRunning ? '' : ' (not running)'}\n${each?.tail() ?? ''}`,
      )
      .join('\n')
  }

  /** Ends all processes at once and removes the files. */
  async dispose(): Promise<void> {
    await Promise.all(this.#processes.map((each) => each?.kill()))
    await Promise.all([...this.#allProxies()].map((proxy) => proxy.close()))
    rmSync(this.directory, { recursive: true, force: true })
  }

  *#allProxies(): Generator<FaultProxy> {
    for (const row of this.#proxies) for (const proxy of row) if (proxy !== null) yield proxy
  }
}

/** Whether a group takes reads and writes at this member. */
function isServing(group: StatusRow): boolean {
  return group['leader'] !== null && group['leader'] !== undefined && group['health'] === 'ok'
}
