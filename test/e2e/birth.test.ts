// A cluster is born once: emptied directories come back as recovering members, never as a new cluster.

import { rmSync } from 'node:fs'
import test from 'ava'
import { TestCluster } from './cluster.js'
import { plainClient, whenServed } from './workload.js'

async function withCluster(use: (cluster: TestCluster) => Promise<void>): Promise<void> {
  const cluster = await TestCluster.start()
  try {
    await use(cluster)
  } finally {
    await cluster.dispose()
  }
}

async function call(cluster: TestCluster, member: number, ...args: readonly string[]) {
  const client = plainClient(cluster.ports[member] ?? 0)
  await client.connect()
  try {
    return await client.call(args[0] ?? '', ...args.slice(1))
  } finally {
    client.disconnect()
  }
}

/** The answer to a command that may take effect twice. */
function callServed(cluster: TestCluster, member: number, ...args: readonly [string, ...string[]]) {
  return whenServed(cluster.ports[member] ?? 0, (client) => client.call(...args))
}

async function wipe(cluster: TestCluster, member: number): Promise<void> {
  await cluster.process(member).kill()
  rmSync(cluster.dataOf(member), { recursive: true })
}

test.serial('birth: one directory wiped: the member is refilled and counts again', (t) =>
  withCluster(async (cluster) => {
    await callServed(cluster, 0, 'SET', 'a', '1')
    const leader = await cluster.waitLeader()
    const [wiped = 0, other = 0] = cluster.all.filter((i) => i !== leader)

    await wipe(cluster, wiped)
    cluster.startMember(wiped)
    await cluster.waitReady()

    // With the refilled member alone beside the leader there is a majority only if it counts.
    await cluster.process(other).kill()
    t.is(await callServed(cluster, wiped, 'SET', 'b', '2'), 'OK')
    t.is(await callServed(cluster, wiped, 'GET', 'a'), '1')
  }),
)

test.serial(
  'birth: two directories wiped: the group halts with its reason until loss is accepted',
  (t) =>
    withCluster(async (cluster) => {
      await callServed(cluster, 0, 'SET', 'a', '1')
      const leader = await cluster.waitLeader()
      const wiped = cluster.all.filter((i) => i !== leader)

      for (const i of cluster.all) await cluster.process(i).kill()
      for (const i of wiped) rmSync(cluster.dataOf(i), { recursive: true })
      for (const i of cluster.all) cluster.startMember(i)

      await cluster.waitFor('a group that halts with a reason', async () => {
        const report = await cluster.status(leader).catch(() => null)
        const group = report?.groups[0]
        return group !== undefined && group['health'] !== 'ok' && group['why'] !== ''
      })
      // On a slow disk the member may still be loading.
      await cluster.waitFor('refusal', async () => {
        const error = await t.throwsAsync(call(cluster, leader, 'SET', 'b', '2'))
        return /^(CLUSTERDOWN|UNKNOWNRESULT)/.test(error?.message ?? '')
      })
      await call(cluster, leader, 'QUORATE', 'RECOVER', 'ACCEPT-LOSS')
      await cluster.waitReady()
      t.is(await callServed(cluster, leader, 'GET', 'a'), '1')
    }),
)

test.serial('birth: started again with another initial list: refused, not reborn', (t) =>
  withCluster(async (cluster) => {
    await callServed(cluster, 0, 'SET', 'a', '1')
    const end = await cluster.process(2).stop()
    t.is(end.code, 0)

    cluster.writeConfig(2, [0, 2])
    const restarted = cluster.startMember(2)
    await cluster.waitFor('end of the member', async () => !restarted.isRunning)

    t.is((await restarted.ended).code, 1)
    t.is(await callServed(cluster, 0, 'GET', 'a'), '1')
  }),
)

test.serial(
  'birth: alone with an empty directory: no cluster is born without the other members',
  async (t) => {
    const cluster = await TestCluster.prepare()
    try {
      cluster.startMember(0)
      await cluster.waitFor('answer', () =>
        cluster.status(0).then(
          () => true,
          () => false,
        ),
      )

      await t.throwsAsync(call(cluster, 0, 'SET', 'a', '1'), {
        message: /^(CLUSTERDOWN|LOADING|UNKNOWNRESULT)/,
      })

      cluster.startMember(1)
      cluster.startMember(2)
      await cluster.waitReady()
      t.is(await callServed(cluster, 0, 'SET', 'a', '1'), 'OK')
    } finally {
      await cluster.dispose()
    }
  },
)
