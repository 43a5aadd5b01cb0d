// Every member is stopped and started in turn under load: does a plain client of today (ioredis as it comes, at one
// member) see an error, is anything lost, and for how long does a write through the other members wait? Until the
// process ended, which is the planned hand-over; until the member was back; and, of the machine itself, before the stop.
// 36 clients write as fast as they are answered, which is all that two cores can do; PACE=25: each every 25 ms.

import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { Redis } from 'ioredis'
import { TestCluster } from '../e2e/cluster.js'
import { lostWrites } from './written.js'

export interface RollingOptions {
  /** Times that all members are restarted. */
  readonly rounds: number
  readonly clientsPerMember: number
  /** Milliseconds between two writes of a client; 0: the next one as soon as one is answered. */
  readonly paceMs: number
}

const bars = { failures: 0, gapMs: 150 }

const prefixes = { strong: 'strong:', sequential: 'session:', eventual: 'cache:' } as const
type Space = keyof typeof prefixes
const spaces: readonly Space[] = ['strong', 'sequential', 'eventual']

const keyspaces = [
  { name: 'session', prefixes: ['session:'], level: 'sequential' },
  { name: 'cache', prefixes: ['cache:'], level: 'eventual', durability: 'none' },
  { name: 'default', level: 'strong' },
]

export interface RollingResult {
  readonly restarts: number
  readonly done: number
  readonly failures: readonly string[]
  readonly lost: readonly string[]
  /** Longest waits of writes through the other members at each stop, by keyspace. */
  readonly gaps: Readonly<Record<Space, readonly Gaps[]>>
}

/** Milliseconds. */
interface Gaps {
  /** Before the stop, for as long as it may take. */
  readonly calm: number
  /** Of any write that began before the process ended. */
  readonly handOver: number
  /** Until all members were ready again. */
  readonly whole: number
}

/** Milliseconds of load before each stop. */
const calmMs = 500

/** One plain client at one member, that writes keys of one keyspace, one after the other. */
class Writer {
  readonly member: number
  readonly space: Space
  readonly failures: string[] = []
  /** Of each key the last value that was answered. */
  readonly written = new Map<string, number>()
  /** Longest wait for an answer since `begin`, milliseconds. */
  gap = 0
  done = 0
  readonly #redis: Redis
  readonly #name: string
  readonly #paceMs: number
  /** Where the present wait is counted from. */
  #since = performance.now()
  #isOver = false

  constructor(
    port: number,
    of: {
      readonly member: number
      readonly space: Space
      readonly index: number
      readonly paceMs: number
    },
  ) {
    this.member = of.member
    this.space = of.space
    this.#name = `${of.member}-${of.index}`
    this.#paceMs = of.paceMs
    this.#redis = new Redis({ host: '127.0.0.1', port })
    // Without a listener it prints that its member is away for a moment.
    this.#redis.on('error', () => undefined)
  }

  async run(): Promise<void> {
    await sleep(Math.random() * this.#paceMs)
    let next = performance.now()
    for (let n = 1; !this.#isOver; n++) {
      const now = performance.now()
      if (next > now) await sleep(next - now)
      else next = now
      next += this.#paceMs
      this.#since = performance.now()
      const key = `${prefixes[this.space]}${this.#name}:${n % 100}`
      await this.#redis.set(key, String(n)).then(
        () => this.#answered(key, n),
        (error) => this.failures.push(`member ${this.member + 1}, ${this.space}: ${String(error)}`),
      )
    }
  }

  begin(): void {
    this.gap = 0
    this.#since = performance.now()
  }

  /** Once it wrote something from now on: a client waits for a while before it connects again. */
  async back(): Promise<void> {
    const before = this.done
    while (this.done === before) await sleep(5)
  }

  stop(): void {
    this.#isOver = true
  }

  /** Keys that do not hold what was answered last, or something later whose outcome was not known. */
  lost(): Promise<readonly string[]> {
    return lostWrites(this.#redis, this.written, (found, answered) => found >= answered)
  }

  #answered(key: string, value: number): void {
    this.gap = Math.max(this.gap, performance.now() - this.#since)
    this.written.set(key, value)
    this.done++
  }
}

export async function benchRolling(options: RollingOptions): Promise<RollingResult> {
  const cluster = await TestCluster.start({ config: { keyspaces }, proxied: false })
  try {
    const writers = cluster.all.flatMap((member) =>
      spaces.flatMap((space) =>
        Array.from({ length: options.clientsPerMember }, (_, index) => {
          return new Writer(cluster.ports[member] as number, {
            ...{ member, space, index, paceMs: options.paceMs },
          })
        }),
      ),
    )
    const running = writers.map((writer) => writer.run())
    const gaps: Record<Space, Gaps[]> = { strong: [], sequential: [], eventual: [] }
    for (let round = 0; round < options.rounds; round++) {
      for (const member of cluster.all) {
        const others = writers.filter((writer) => writer.member !== member)
        await Promise.all(writers.map((writer) => writer.back()))
        const longest = (space: Space): number =>
          Math.max(...others.filter((writer) => writer.space === space).map(({ gap }) => gap))
        for (const writer of others) writer.begin()
        await sleep(calmMs)
        await Promise.all(others.map((writer) => writer.back()))
        const calm = spaces.map(longest)
        for (const writer of others) writer.begin()
        await cluster.process(member).stop()
        cluster.startMember(member)
        await Promise.all(others.map((writer) => writer.back()))
        const handOver = spaces.map(longest)
        await cluster.waitReady()
        for (const [i, space] of spaces.entries()) {
          const [before, planned] = [calm[i] ?? 0, handOver[i] ?? 0]
          gaps[space].push({ calm: before, handOver: planned, whole: longest(space) })
        }
      }
    }
    for (const writer of writers) writer.stop()
    await Promise.all(running)
    await cluster.waitReady()
    const lost: string[] = []
    for (const writer of writers) lost.push(...(await writer.lost()))
    return {
      restarts: options.rounds * cluster.count,
      done: writers.reduce((sum, writer) => sum + writer.done, 0),
      failures: writers.flatMap((writer) => writer.failures),
      lost,
      gaps,
    }
  } finally {
    await cluster.dispose()
  }
}

export function describeRolling({ restarts, done, failures, lost, gaps }: RollingResult): string {
  const lines = [
    `${restarts} restarts, ${done} writes: ${failures.length} failed (bar ${bars.failures}), ${lost.length} lost`,
    ...new Set(failures),
    ...lost.slice(0, 5),
  ]
  for (const space of spaces) {
    const of = (name: keyof Gaps): string => {
      const sorted = gaps[space].map((each) => each[name]).toSorted((a, b) => a - b)
      const at = (share: number): string =>
        (sorted[Math.ceil(share * sorted.length) - 1] ?? 0).toFixed(0)
      return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`
    }
    const bar = space === 'eventual' ? '' : ` (bar ${bars.gapMs})`
    const rest = `until it is back ${of('whole')}; before the stop ${of('calm')}`
    lines.push(`${space.padEnd(12)}longest wait: hand-over ${of('handOver')}${bar}; ${rest}`)
  }
  return lines.join('\n')
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const rounds = Number(process.env['ROUNDS'] ?? '20')
  const paceMs = Number(process.env['PACE'] ?? '0')
  const result = await benchRolling({ rounds, clientsPerMember: 4, paceMs })
  console.log(describeRolling(result))
}
