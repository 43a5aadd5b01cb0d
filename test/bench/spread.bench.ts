// Does a cluster that spreads its shard groups over members cost more? One member with one group beside two members
// that hold one group each, both groups with one replica: the same keyspace, the same load of cluster-aware clients,
// rounds interleaved; processor time of the members for an operation. CLIENTS=50 for each member, so that each bears
// what the lone one does; and, which asks something else, for all members together: half as many commands share a
// batch then, with its turns, its sync and its writes. PER_MEMBER=1 or 0 asks for one of both. Beside it, two lone
// members that know nothing of each other under the same load at the same time: where two members and their clients
// share two cores, what that costs is no cost of the cluster.

import { pathToFileURL } from 'node:url'
import { TestCluster } from '../e2e/cluster.js'
import { cpuSeconds } from './idle.bench.js'
import { fillSlots, SlotLoad } from './slot-load.js'

export interface SpreadOptions {
  readonly rounds: number
  readonly clients: number
  /** Two members have twice as many clients. */
  readonly perMember: boolean
  readonly keys: number
  /** Milliseconds of one measurement. */
  readonly ms: number
}

const cases = [
  { command: 'SET', pipeline: 1 },
  { command: 'GET', pipeline: 1 },
  { command: 'SET', pipeline: 16 },
  { command: 'GET', pipeline: 16 },
] as const

const bar = 1.1

interface Figure {
  /** Microseconds of processor time of all members for one operation. */
  readonly cost: number
  readonly perSecond: number
  /** Commands that share a batch; 0 where nothing is written. */
  readonly batch: number
}

export interface SpreadRow {
  readonly name: string
  readonly one: Figure
  readonly two: Figure
  /** Two lone members at once. */
  readonly apart: Figure
  /** Of the medians, and of each round: two beside one. */
  readonly ratio: number
  readonly ratios: readonly number[]
  /** Of the medians: two beside two lone ones. */
  readonly besideApart: number
}

/** Needs /proc. */
export async function benchSpread(options: SpreadOptions): Promise<readonly SpreadRow[]> {
  const clusters: TestCluster[] = []
  try {
    const shards = [{ members: ['m1'] }, { members: ['m2'] }]
    const one = await TestCluster.start({ members: 1, proxied: false, aware: true })
    clusters.push(one)
    const other = await TestCluster.start({ members: 1, proxied: false, aware: true })
    clusters.push(other)
    const two = await TestCluster.start({
      ...{ members: 2, proxied: false, aware: true, config: { shards } },
    })
    clusters.push(two)
    for (const each of clusters) await fillSlots(each.clusterPorts[0] as number, options.keys)
    const figures = cases.map((): { one: Figure; two: Figure; apart: Figure }[] => [])
    // The first round is for V8 to compile.
    for (let round = 0; round <= options.rounds; round++) {
      for (const [i, each] of cases.entries()) {
        const pair = {
          one: await measure([one], { ...options, ...each }),
          two: await measure([two], { ...options, ...each }),
          apart: await measure([one, other], { ...options, ...each }),
        }
        if (round > 0) figures[i]?.push(pair)
      }
    }
    return cases.map(({ command, pipeline }, i) => {
      const pairs = figures[i] ?? []
      const one = median(pairs.map((pair) => pair.one))
      const two = median(pairs.map((pair) => pair.two))
      const apart = median(pairs.map((pair) => pair.apart))
      const name = pipeline === 1 ? command : `${command}, pipeline ${pipeline}`
      const ratios = pairs.map((pair) => pair.two.cost / pair.one.cost)
      const [ratio, besideApart] = [two.cost / one.cost, two.cost / apart.cost]
      return { name, one, two, apart, ratio, ratios, besideApart }
    })
  } finally {
    await Promise.all(clusters.map((each) => each.dispose()))
  }
}

/** All clusters at once: each bears its part of the load and of the keys. */
async function measure(
  clusters: readonly TestCluster[],
  options: SpreadOptions & (typeof cases)[number],
): Promise<Figure> {
  const pids = clusters.flatMap((each) => each.all.map((i) => each.process(i).pid))
  const used = (): number => pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0)
  const clients = options.perMember ? options.clients * pids.length : options.clients
  const part = { clients: clients / clusters.length, keys: options.keys / clusters.length }
  const loads: SlotLoad[] = []
  for (const { clusterPorts } of clusters) {
    loads.push(await SlotLoad.prepare(clusterPorts[0] as number, { ...options, ...part }))
  }
  const batchesBefore = await batchesOf(clusters)
  const before = used()
  const from = performance.now()
  const counts = await Promise.all(loads.map((load) => load.run()))
  const answered = counts.reduce((sum, count) => sum + count, 0)
  const seconds = (performance.now() - from) / 1_000
  const cost = ((used() - before) * 1e6) / answered
  const batches = (await batchesOf(clusters)) - batchesBefore
  const batch = options.command === 'GET' ? 0 : answered / Math.max(1, batches)
  return { cost, perSecond: answered / seconds, batch }
}

/** Batches that all members proposed so far. */
async function batchesOf(clusters: readonly TestCluster[]): Promise<number> {
  let sum = 0
  for (const cluster of clusters) {
    for (const i of cluster.all) {
      for (const { counters } of (await cluster.status(i)).groups) {
        sum += Number((counters as Readonly<Record<string, unknown>> | undefined)?.['batches'] ?? 0)
      }
    }
  }
  return sum
}

/** The figure with the median of costs. */
function median(figures: readonly Figure[]): Figure {
  const sorted = figures.toSorted((a, b) => a.cost - b.cost)
  return sorted[Math.floor(sorted.length / 2)] ?? { cost: 0, perSecond: 0, batch: 0 }
}

export function describeSpread(rows: readonly SpreadRow[]): string {
  const head = [
    '',
    'one, us',
    'two, us',
    'ratio',
    'bar',
    'of rounds',
    'two apart, us',
    'beside apart',
    'one, /s',
    'two, /s',
    'one, a batch',
    'two, a batch',
  ]
  const lines = rows.map(({ name, one, two, apart, ratio, ratios, besideApart }) => [
    name,
    one.cost.toFixed(2),
    two.cost.toFixed(2),
    ratio.toFixed(2),
    bar.toFixed(2),
    `${Math.min(...ratios).toFixed(2)}-${Math.max(...ratios).toFixed(2)}`,
    apart.cost.toFixed(2),
    besideApart.toFixed(2),
    one.perSecond.toFixed(0),
    two.perSecond.toFixed(0),
    one.batch === 0 ? '-' : one.batch.toFixed(0),
    two.batch === 0 ? '-' : two.batch.toFixed(0),
  ])
  return [head, ...lines].map((row) => row.map((cell) => cell.padStart(16)).join('')).join('\n')
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const number = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise)
  const [rounds, clients] = [number('ROUNDS', 9), number('CLIENTS', 50)]
  const asked = process.env['PER_MEMBER']
  for (const perMember of asked === undefined ? [true, false] : [asked === '1']) {
    const whom = perMember ? 'each member' : 'all members together'
    console.log(
      `${clients} clients for ${whom}, 64-byte values, median of ${rounds} interleaved rounds`,
    )
    const options = { rounds, clients, perMember, keys: 100_000, ms: 1_000 }
    console.log(describeSpread(await benchSpread(options)))
  }
}
