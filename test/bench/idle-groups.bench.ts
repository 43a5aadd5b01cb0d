// Many groups on three members: what do they cost while nobody uses them, and how soon do those of a killed
// member take writes again? KEYSPACES=strong,causal asks of other levels, SPREAD=gathered has one
// member lead all.

import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { TestCluster } from '../e2e/cluster.js'
import { GroupProbe } from './group-probe.js'
import { cpuSeconds } from './idle.bench.js'
import { ask } from './load.js'

export interface IdleGroupsOptions {
  readonly shards: number
  /** Levels of the keyspaces. */
  readonly levels: readonly string[]
  readonly idleMs: number
  readonly kills: number
  /** One member is made to lead all groups before it is killed. */
  readonly isGathered: boolean
  /** V8 compiles, and gives memory back, for some 15 s after a start. */
  readonly settleMs: number
}

export interface KillFigures {
  /** Groups that the killed member led. */
  readonly led: number
  /** Milliseconds without an acknowledged write, of each of them. */
  readonly gaps: readonly number[]
  /** The longest of the groups that others led, and of all groups before anything happened. */
  readonly othersMax: number
  readonly calmMax: number
}

export interface IdleGroupsFigures {
  /** All three members together, percent of one core. */
  readonly idlePercent: number
  readonly kills: readonly KillFigures[]
}

/** Milliseconds that a probe runs before and after a kill. */
const beforeMs = 1_500
const afterMs = 4_000

/** Needs /proc. */
export async function benchIdleGroups(options: IdleGroupsOptions): Promise<IdleGroupsFigures> {
  const { shards, levels, idleMs } = options
  const named = levels.map((level, i) => ({ name: `k${i}`, prefixes: [`k${i}:`], level }))
  const config = { shards, keyspaces: [{ name: 'default' }, ...named] }
  const cluster = await TestCluster.start({ proxied: false, config })
  try {
    await sleep(options.settleMs)
    const idlePercent = await idleShare(cluster, idleMs)
    const kills: KillFigures[] = []
    for (let i = 0; i < options.kills; i++) kills.push(await kill(cluster, options, i % 3))
    return { idlePercent, kills }
  } finally {
    await cluster.dispose()
  }
}

async function idleShare(cluster: TestCluster, ms: number): Promise<number> {
  const used = (): number =>
    cluster.all.reduce((sum, i) => sum + cpuSeconds(cluster.process(i).pid), 0)
  const before = used()
  const begun = performance.now()
  await sleep(ms)
  return (100_000 * (used() - before)) / (performance.now() - begun)
}

/** Kills a member under writes, and starts it again. */
async function kill(
  cluster: TestCluster,
  { shards, levels, isGathered }: IdleGroupsOptions,
  victim: number,
): Promise<KillFigures> {
  if (isGathered) await gather(cluster, victim)
  const survivor = (victim + 1) % cluster.count
  const port = cluster.ports[survivor] ?? 0
  const keyspaces = ['', ...levels.map((_, i) => `k${i}:`)]
  const probe = await GroupProbe.open(port, { keyspaces, shards })
  try {
    await sleep(beforeMs)
    const leaders = await leadersOf(cluster, survivor)
    probe.reset()
    await sleep(beforeMs)
    const calmMax = Math.max(...probe.read())
    probe.reset()
    await cluster.process(victim).kill()
    await sleep(afterMs)
    const gaps = probe.read()
    const isLed = (_: number, group: number): boolean => leaders[group] === victim + 1
    const others = gaps.filter((gap, group) => !isLed(gap, group))
    const led = gaps.filter(isLed)
    return { led: led.length, gaps: led, othersMax: Math.max(0, ...others), calmMax }
  } finally {
    probe.close()
    cluster.startMember(victim)
    await cluster.waitReady()
  }
}

async function leadersOf(cluster: TestCluster, asked: number): Promise<readonly number[]> {
  return (await cluster.status(asked)).groups.map((group) => Number(group['leader'] ?? 0))
}

/** Hands leadership over until `member` leads all groups, of those that have a leader for all. */
async function gather(cluster: TestCluster, member: number): Promise<void> {
  const to = ['TO', '127.0.0.1', String(cluster.ports[member])] as const
  await cluster.waitFor('a gathering', async () => {
    for (const other of cluster.all) {
      if (other !== member) await ask(cluster.ports[other] ?? 0, 'FAILOVER', ...to)
    }
    await sleep(100)
    const views = await Promise.all(cluster.all.map((each) => leadersOf(cluster, each)))
    return views[member]?.every((leader) => leader === member + 1) === true
  })
}

/** A line for the idle cluster and one for each kill. */
export function describeIdleGroups({ idlePercent, kills }: IdleGroupsFigures): string {
  const lines = kills.map(({ led, gaps, othersMax, calmMax }) => {
    const sorted = [...gaps].sort((a, b) => a - b)
    const at = (share: number): string =>
      (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(0)
    const figures = `p50 ${at(0.5)}, p99 ${at(0.99)}, max ${at(1)} ms (bar 2000)`
    const others = `groups led elsewhere max ${othersMax.toFixed(0)}, before the kill max ${calmMax.toFixed(0)} ms`
    return `killed: led ${led}, gap ${figures}; ${others}`
  })
  return [`idle: ${idlePercent.toFixed(2)} % of one core (bar 10)`, ...lines].join('\n')
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const env = (name: string, otherwise: string): string => process.env[name] ?? otherwise
  const levels = env('KEYSPACES', 'sequential').split(',')
  const shards = Number(env('SHARDS', '64'))
  console.log(`${shards} shard groups, keyspaces strong, ${levels.join(', ')}`)
  const figures = await benchIdleGroups({
    shards,
    levels,
    idleMs: 20_000,
    kills: Number(env('KILLS', '3')),
    isGathered: env('SPREAD', '') === 'gathered',
    settleMs: 15_000,
  })
  console.log(describeIdleGroups(figures))
}
