// Does a checkpoint stall? A member (or three) with everything synced is filled; then strong SETs are
// measured without and with a checkpoint under way, the stalls inside the leader's process with them;
// last, one key is changed and the rows of the next checkpoint are counted.
// `KEYS=5000000 TAG=1 MEMBERS=3 SECONDS=20 FLAGS=--max-semi-space-size=32 node .../checkpoint.bench.js`

import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { TestCluster } from '../e2e/cluster.js'
import { ask, fill, type LoadFigures, loadSets } from './load.js'
import { findLeader, ProbedMember } from './probed-member.js'
import { type MemberFigures, round } from './stall-probe.js'

export interface CheckpointOptions {
  readonly keys: number
  /** All keys under one hash tag. */
  readonly isTagged: boolean
  readonly members: number
  /** Length of the measurement without a checkpoint, and the most of the one with it. */
  readonly seconds: number
  readonly clients: number
  readonly nodeFlags: readonly string[]
  readonly say: (sentence: string) => void
}

export interface Measured {
  readonly load: LoadFigures
  readonly member: MemberFigures
}

export interface CheckpointFigures {
  readonly before: Measured
  readonly during: Measured
  readonly after: Measured
  /** Of throughput and of p99, during to the mean of before and after. */
  readonly throughput: number
  readonly p99: number
  readonly seconds: number
  /** Rows of the first checkpoint of everything, and of the one after a single changed key. */
  readonly rowsAll: number
  readonly rowsOne: number
}

export async function benchCheckpoint(options: CheckpointOptions): Promise<CheckpointFigures> {
  const cluster = await TestCluster.prepare({
    members: options.members,
    proxied: false,
    config: {
      checkpoint: { 'log-size': '512gb', interval: '24h' },
    },
  })
  const members = cluster.all.map(
    (i) =>
      new ProbedMember({
        conf: join(cluster.directory, `m${i + 1}.yaml`),
        self: i + 1,
        directory: cluster.dataOf(i),
        nodeFlags: options.nodeFlags,
      }),
  )
  try {
    const leader = await findLeader(members)
    return await measure(members[leader] as ProbedMember, cluster.ports[leader] ?? 0, options)
  } finally {
    await Promise.all(members.map((member) => member.stop()))
    await cluster.dispose()
  }
}

async function measure(
  member: ProbedMember,
  port: number,
  options: CheckpointOptions,
): Promise<CheckpointFigures> {
  const key = (i: number): string => `${options.isTagged ? '{t}' : ''}key:${i}`
  member.reset()
  let began = performance.now()
  await fill(port, options.keys, key)
  const filling = await member.read()
  options.say(`filled in ${seconds(began)} s: ${describe(filling)}`)
  const load = async (until: Promise<unknown>): Promise<Measured> => {
    member.reset()
    const anyKey = (): string => key(Math.floor(Math.random() * options.keys))
    const figures = await loadSets(port, { clients: options.clients, key: anyKey, until })
    return { load: figures, member: await member.read() }
  }
  await load(sleep(options.seconds * 200))
  const before = await load(sleep(options.seconds * 1000))
  options.say(`without: ${describeLoad(before)}`)
  began = performance.now()
  const during = await load(checkpoint(member, port))
  const took = seconds(began)
  options.say(`with: ${describeLoad(during)}, ${took} s`)
  const after = await load(sleep(options.seconds * 1000))
  options.say(`after: ${describeLoad(after)}`)
  // What was written meanwhile, and what of it changes with each checkpoint.
  const rowsAll = during.member.counters['checkpoint_rows'] ?? 0
  await checkpoint(member, port)
  await ask(port, 'SET', key(7), 'changed')
  await checkpoint(member, port)
  const rowsOne = (await member.read()).counters['checkpoint_rows'] ?? 0
  // Others use the machine too: what it gave before and after, taken together, is what it had to give.
  const throughput = (2 * during.load.perSecond) / (before.load.perSecond + after.load.perSecond)
  const p99 = (2 * during.load.p99Ms) / (before.load.p99Ms + after.load.p99Ms)
  return { before, during, after, throughput, p99, seconds: took, rowsAll, rowsOne }
}

/** Begins a checkpoint and waits until it is finished. */
async function checkpoint(member: ProbedMember, port: number): Promise<void> {
  await ask(port, 'BGSAVE')
  for (;;) {
    await sleep(100)
    const { counters } = await member.read()
    if (counters['checkpoint_open'] === 0) return
  }
}

function seconds(began: number): number {
  return round((performance.now() - began) / 1000)
}

function describe(member: MemberFigures): string {
  const {
    loopMax,
    ownLoopMax,
    loopP99,
    turnMax,
    ownTurnMax,
    turnsAbove5,
    gcTotal,
    gc,
    calls,
    majors,
    rssMb,
    heapMb,
    buffersMb,
  } = member
  const stalls = member.longest.map((stall) => `\n    ${JSON.stringify(stall)}`).join('')
  return (
    `loop max ${loopMax}, own ${ownLoopMax}, p99 ${loopP99}, longest turn ${turnMax}, own ${ownTurnMax} (${turnsAbove5} above 5), ` +
    `gc sum ${gcTotal} ${JSON.stringify(gc)}, ${majors} full, calls ${JSON.stringify(calls)}, ` +
    `rss ${rssMb} heap ${heapMb} buffers ${buffersMb} MB${stalls}`
  )
}

function describeLoad({ load, member }: Measured): string {
  const { perSecond, p50Ms, p99Ms, maxMs } = load
  const times = `p50 ${p50Ms.toFixed(1)} p99 ${p99Ms.toFixed(1)} max ${maxMs.toFixed(1)}`
  return `${perSecond} SET/s ${times}; ${describe(member)}`
}

export function describeCheckpoint(figures: CheckpointFigures): string {
  const { during, throughput, p99, rowsAll, rowsOne } = figures
  return [
    `event-loop stall ${during.member.ownLoopMax} ms (bar 30); ${during.member.loopMax} ms with the ` +
      'time that it waited for a processor',
    `throughput ${throughput.toFixed(2)} (bar 0.7), p99 ${p99.toFixed(2)} times (bar 3)`,
    `${rowsAll} rows in all, ${rowsOne} after one changed key (bar 10)`,
  ].join('\n')
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const env = (name: string, standard: number): number => Number(process.env[name] ?? standard)
  const common = {
    members: env('MEMBERS', 3),
    seconds: env('SECONDS', 10),
    clients: 50,
    nodeFlags: (process.env['FLAGS'] ?? '').split(' ').filter((flag) => flag !== ''),
    say: (sentence: string) => console.log(sentence),
  }
  const sizes =
    process.env['KEYS'] === undefined
      ? [
          { keys: 1_000_000, isTagged: false },
          { keys: 5_000_000, isTagged: true },
        ]
      : [{ keys: env('KEYS', 0), isTagged: process.env['TAG'] === '1' }]
  for (const size of sizes) {
    console.log(
      `${size.keys} keys${size.isTagged ? ' under one hash tag' : ''}, ${common.members} members`,
    )
    console.log(describeCheckpoint(await benchCheckpoint({ ...common, ...size })))
  }
}
