// Real members, real sockets, one fault each under load: what was acknowledged is there once.

import test, { type ExecutionContext } from 'ava'
import { TestCluster } from './cluster.js'
import { Workload } from './workload.js'

interface Scenario {
  readonly cluster: TestCluster
  readonly leader: number
  readonly followers: readonly number[]
}

/** Acknowledged writes before the fault, while it lasts and after it: fewer would prove nothing. */
const writesEach = 60

/** Runs writers against a cluster, one fault in the middle, and holds the result to zero losses. */
async function survive(
  t: ExecutionContext,
  fault: (scenario: Scenario, workload: Workload) => Promise<void>,
): Promise<void> {
  const cluster = await TestCluster.start()
  const workload = new Workload({ ports: cluster.ports })
  try {
    const leader = await cluster.waitLeader()
    const followers = cluster.all.filter((i) => i !== leader)
    workload.start()
    await moreWrites(cluster, workload)
    await fault({ cluster, leader, followers }, workload)
    await cluster.waitReady()
    await moreWrites(cluster, workload)
    await workload.stop()
    for (const port of cluster.ports) {
      const verdict = await workload.verify(port)
      t.deepEqual([verdict.lost, verdict.doubled, verdict.faults], [0, 0, []])
      t.true(verdict.acknowledged >= 2 * writesEach)
    }
  } catch (error) {
    t.log(cluster.tails())
    throw error
  } finally {
    await workload.stop()
    await cluster.dispose()
  }
}

async function moreWrites(cluster: TestCluster, workload: Workload): Promise<void> {
  const from = workload.acknowledged
  await cluster.waitFor(
    'acknowledged writes',
    async () => workload.acknowledged >= from + writesEach,
  )
}

test.serial('fault: the leader killed: a new one takes over, nothing lost or doubled', (t) =>
  survive(t, async ({ cluster, leader, followers }, workload) => {
    await cluster.process(leader).kill()
    await cluster.waitReady(followers).catch(() => undefined)
    await moreWrites(cluster, workload)
    cluster.startMember(leader)
  }),
)

test.serial('fault: a follower killed: the others go on, nothing lost or doubled', (t) =>
  survive(t, async ({ cluster, followers }, workload) => {
    const [follower = 0] = followers
    await cluster.process(follower).kill()
    await moreWrites(cluster, workload)
    cluster.startMember(follower)
  }),
)

test.serial('fault: all members killed: every acknowledged write is on disk', (t) =>
  survive(t, async ({ cluster }) => {
    await Promise.all(cluster.all.map((i) => cluster.process(i).kill()))
    for (const i of cluster.all) cluster.startMember(i)
  }),
)

test.serial(
  'fault: the leader stopped and continued: it steps down, nothing lost or doubled',
  (t) =>
    survive(t, async ({ cluster, leader, followers }, workload) => {
      cluster.process(leader).signal('SIGSTOP')
      try {
        await cluster.waitFor('another leader', async () => {
          const found = await cluster.leader(followers)
          return found !== null && found !== leader
        })
        await moreWrites(cluster, workload)
      } finally {
        cluster.process(leader).signal('SIGCONT')
      }
    }),
)

test.serial('fault: the leader cut off both ways: the others go on, nothing lost or doubled', (t) =>
  survive(t, async ({ cluster, leader, followers }, workload) => {
    cluster.isolate(leader)
    await cluster.waitFor('another leader', async () => {
      const found = await cluster.leader(followers)
      return found !== null && found !== leader
    })
    await moreWrites(cluster, workload)
    cluster.heal()
  }),
)

test.serial('fault: what the leader sends is cut: another leads, nothing lost or doubled', (t) =>
  survive(t, async ({ cluster, leader, followers }, workload) => {
    for (const follower of followers) cluster.cutOneWay(leader, follower)
    await cluster.waitFor('another leader', async () => {
      const found = await cluster.leader(followers)
      return found !== null && found !== leader
    })
    await moreWrites(cluster, workload)
    cluster.heal()
  }),
)

test.serial(
  'fault: what the leader hears is cut: writes go on or wait, nothing lost or doubled',
  (t) =>
    survive(t, async ({ cluster, leader, followers }, workload) => {
      for (const follower of followers) cluster.cutOneWay(follower, leader)
      await cluster.waitFor('another leader', async () => {
        const found = await cluster.leader(followers)
        return found !== null && found !== leader
      })
      await moreWrites(cluster, workload)
      cluster.heal()
    }),
)

test.serial(
  'fault: every member stopped cleanly and started again: exit code 0, nothing lost',
  (t) =>
    survive(t, async ({ cluster }) => {
      const ends = await Promise.all(cluster.all.map((i) => cluster.process(i).stop()))
      t.deepEqual(
        ends,
        cluster.all.map(() => ({ code: 0, signal: null })),
      )
      for (const i of cluster.all) cluster.startMember(i)
    }),
)
