// One fault after the other against one cluster under load: leaders killed, everything killed, leaders
// paused, leaders cut off. After each the writers' values are counted, and all of them again at the end.

import { TestCluster } from '../e2e/cluster.js'
import { Workload } from '../e2e/workload.js'
import { Probe } from './probe.js'
import {
  addVerdict,
  type FaultKind,
  faultKinds,
  makeTally,
  type Plan,
  spread,
  type Tally,
} from './tally.js'

/** Acknowledged writes before each fault and after it. */
const writesEach = 40

/** What is tried: a level in one total order, and how many shard groups. */
export interface Target {
  readonly level?: string
  readonly shards?: number
}

/** Runs the plan, the kinds mixed; `say` gets a line now and then. */
export async function runCampaign(
  plan: Plan,
  say: (line: string) => void,
  { level = 'strong', shards = 1 }: Target = {},
): Promise<readonly Tally[]> {
  const config = { shards, keyspaces: [{ name: 'default', level }] }
  const cluster = await TestCluster.start({ config })
  const tallies = new Map(faultKinds.map((kind) => [kind, makeTally(kind)]))
  const workloads: { readonly kind: FaultKind; readonly workload: Workload }[] = []
  try {
    const order = spread(plan)
    for (const [round, kind] of order.entries()) {
      const workload = new Workload({ ports: cluster.ports, name: `r${round}`, writers: 4 })
      workloads.push({ kind, workload })
      await runRound(cluster, workload, tallies.get(kind) ?? makeTally(kind))
      if ((round + 1) % 10 === 0) say(`${round + 1} of ${order.length} faults`)
    }
    // What was there after each fault must be there after all of them, at every member.
    for (const { kind, workload } of workloads) {
      for (const port of cluster.ports) {
        const tally = tallies.get(kind)
        const verdict = await workload.verify(port)
        if (tally !== undefined)
          addVerdict(tally, { ...verdict, acknowledged: 0, unknown: 0, refused: 0 })
      }
    }
    return [...tallies.values()]
  } catch (error) {
    say(cluster.tails())
    throw error
  } finally {
    await Promise.all(workloads.map(({ workload }) => workload.stop()))
    await cluster.dispose()
  }
}

async function runRound(cluster: TestCluster, workload: Workload, tally: Tally): Promise<void> {
  const leader = await cluster.waitLeader()
  const followers = cluster.all.filter((i) => i !== leader)
  const probes = followers.map((i) => new Probe(cluster.ports[i] ?? 0))
  workload.start()
  try {
    await moreWrites(cluster, workload)
    const begun = performance.now()
    await cluster.waitFor('probes', async () => probes.every((each) => each.okSince(begun)))
    for (const probe of probes) probe.mark()
    const repair = await inject(cluster, tally.kind, leader)
    if (tally.kind !== 'all') {
      await takenOver(cluster, leader, probes)
      tally.gapsMs.push(...probes.map((each) => each.gapMs()))
    }
    repair()
    await cluster.waitReady()
    await moreWrites(cluster, workload)
  } finally {
    await workload.stop()
    await Promise.all(probes.map((each) => each.stop()))
  }
  tally.faults++
  addVerdict(tally, await workload.verify(cluster.ports[tally.faults % cluster.count] ?? 0))
}

/** Begins a fault; the answer ends it. */
async function inject(cluster: TestCluster, kind: FaultKind, leader: number): Promise<() => void> {
  switch (kind) {
    case 'kill':
      await cluster.process(leader).kill()
      return () => void cluster.startMember(leader)
    case 'all':
      await Promise.all(cluster.all.map((i) => cluster.process(i).kill()))
      return () => {
        for (const i of cluster.all) cluster.startMember(i)
      }
    case 'stop':
      cluster.process(leader).signal('SIGSTOP')
      return () => cluster.process(leader).signal('SIGCONT')
    case 'partition':
      cluster.isolate(leader)
      return () => cluster.heal()
  }
}

/** Until the others follow a new leader and each took a write since. */
async function takenOver(
  cluster: TestCluster,
  old: number,
  probes: readonly Probe[],
): Promise<void> {
  const others = cluster.all.filter((i) => i !== old)
  await cluster.waitFor('new leader', async () => {
    const found = await cluster.leader(others)
    return found !== null && found !== old
  })
  const known = performance.now()
  await cluster.waitFor('writes at a new leader', async () =>
    probes.every((each) => each.okSince(known)),
  )
}

async function moreWrites(cluster: TestCluster, workload: Workload): Promise<void> {
  const from = workload.acknowledged
  await cluster.waitFor(
    'acknowledged writes',
    async () => workload.acknowledged >= from + writesEach,
  )
}
