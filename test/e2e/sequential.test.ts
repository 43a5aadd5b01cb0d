// A sequential keyspace over zab, with real members and real sockets: a client reads its own writes at any
// member, what was acknowledged survives a killed leader, and a member alone goes on reading.

import test from 'ava'
import { TestCluster } from './cluster.js'
import { plainClient, whenServed, Workload } from './workload.js'

const config = {
  keyspaces: [{ name: 'default', level: 'sequential', strategy: 'zab', durability: 'always' }],
}
/** Acknowledged writes before the fault and while it lasts. */
const writesEach = 60

async function withCluster(
  t: { log: (text: string) => void },
  use: (cluster: TestCluster) => Promise<void>,
): Promise<void> {
  const cluster = await TestCluster.start({ config })
  try {
    await use(cluster)
  } catch (error) {
    t.log(cluster.tails())
    throw error
  } finally {
    await cluster.dispose()
  }
}

/** What QUORATE EXPLAIN says of a key. */
async function explain(
  port: number,
  key: string,
): Promise<Readonly<Record<string, string | undefined>>> {
  const said = await whenServed(port, (client) => client.call('QUORATE', 'EXPLAIN', key))
  const flat = said as readonly string[]
  return Object.fromEntries(
    flat.flatMap((name, at) => (at % 2 === 0 ? [[name, flat[at + 1]]] : [])),
  )
}

test.serial('sequential: set and get at each member: every client reads its own writes', (t) =>
  withCluster(t, async (cluster) => {
    await cluster.waitLeader()
    for (const port of cluster.ports) {
      const read = await whenServed(port, async (client) => {
        await client.set(`key${port}`, `value${port}`)
        return client.get(`key${port}`)
      })
      t.is(read, `value${port}`)
    }
    const { level, strategy } = await explain(cluster.ports[0] as number, 'key')
    t.deepEqual([level, strategy], ['sequential', 'zab'])
    for (const port of cluster.ports) {
      const client = plainClient(port)
      await client.connect()
      const keys = cluster.ports.map((each) => `key${each}`)
      const wanted = cluster.ports.map((each) => `value${each}`)
      await cluster.waitFor('the writes at every member', async () => {
        const values = await client.mget(keys)
        return values.every((value, at) => value === wanted[at])
      })
      client.disconnect()
    }
    t.pass()
  }),
)

test.serial(
  'sequential: the leader killed under load: nothing acknowledged is lost or doubled',
  (t) =>
    withCluster(t, async (cluster) => {
      const workload = new Workload({ ports: cluster.ports })
      const more = async (): Promise<void> => {
        const from = workload.acknowledged
        await cluster.waitFor('writes', async () => workload.acknowledged >= from + writesEach)
      }
      try {
        const leader = await cluster.waitLeader()
        workload.start()
        await more()
        await cluster.process(leader).kill()
        await more()
        cluster.startMember(leader)
        await cluster.waitReady()
        await more()
        await workload.stop()
        for (const port of cluster.ports) {
          const verdict = await workload.verify(port)
          t.deepEqual([verdict.lost, verdict.doubled, verdict.faults], [0, 0, []])
        }
      } finally {
        await workload.stop()
      }
    }),
)

test.serial('sequential: a follower alone: it refuses writes, and reads what it has', (t) =>
  withCluster(t, async (cluster) => {
    const leader = await cluster.waitLeader()
    const alone = cluster.all.find((i) => i !== leader) as number
    const port = cluster.ports[alone] as number
    await whenServed(port, (client) => client.set('kept', 'here'))
    const client = plainClient(port)
    await client.connect()
    cluster.isolate(alone)
    await cluster.waitFor('the member to be alone', async () => {
      const { groups } = await cluster.status(alone)
      return groups.every((group) => group['leader'] === null)
    })

    const begun = performance.now()
    const refusal = await client.set('new', 'value').catch((error: Error) => error.message)
    const tookMs = performance.now() - begun
    const read = await client.get('kept')
    client.disconnect()

    t.regex(String(refusal), /^(CLUSTERDOWN|UNKNOWNRESULT|TRYAGAIN)/)
    t.log(`refused after ${Math.round(tookMs)} ms`)
    t.is(read, 'here')
    cluster.heal()
    await cluster.waitReady()
    const value = await whenServed(port, (back) => back.set('new', 'later'))
    t.is(value, 'OK')
  }),
)
