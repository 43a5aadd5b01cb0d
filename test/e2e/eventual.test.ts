// An eventual keyspace with real members and real sockets: writes at every member, at once and alone, and
// members that become equal.

import test from 'ava'
import { TestCluster } from './cluster.js'
import { plainClient, whenServed } from './workload.js'

const config = {
  keyspaces: [{ name: 'default', level: 'eventual', durability: 'always' }],
}

/** What every member shows of the keys, once they agree. */
async function agreed(cluster: TestCluster, members: readonly number[]): Promise<string> {
  const clients = members.map((at) => plainClient(cluster.ports[at] as number))
  await Promise.all(clients.map((client) => client.connect()))
  let found: string[] = []
  await cluster.waitFor('equal members', async () => {
    found = await Promise.all(
      clients.map(async (client) => {
        const [count, list, set, stream] = await Promise.all([
          client.get('count'),
          client.lrange('list', 0, -1),
          client.smembers('set'),
          client.xrange('stream', '-', '+'),
        ])
        return JSON.stringify({ count, list, set: set.toSorted(), stream })
      }),
    )
    return found.every((each) => each === found[0])
  })
  for (const client of clients) client.disconnect()
  return found[0] as string
}

/** Commands of one member's client. */
async function write(port: number, round: string): Promise<void> {
  await whenServed(port, (client) =>
    client
      .multi()
      .incr('count')
      .rpush('list', `${round}-${port}`)
      .sadd('set', `${round}-${port}`)
      .exec(),
  )
}

test.serial(
  'eventual: writes at every member, also at one that is alone: all are kept',
  async (t) => {
    const cluster = await TestCluster.start({ config })
    try {
      for (const port of cluster.ports) await write(port, 'all')
      await agreed(cluster, cluster.all)
      for (const at of [1, 2]) await cluster.process(at).kill()
      const alone = cluster.ports[0] as number
      await write(alone, 'alone')
      const script =
        "redis.call('rpush', 'list', 'script') return redis.call('xadd', 'stream', '*', 'a', '1')"
      const id = await whenServed(alone, (client) => client.eval(script, 2, 'list', 'stream'))
      for (const at of [1, 2]) cluster.startMember(at)
      await cluster.waitReady()

      const seen = JSON.parse(await agreed(cluster, cluster.all)) as {
        readonly count: string
        readonly list: readonly string[]
        readonly set: readonly string[]
        readonly stream: readonly (readonly [string, readonly string[]])[]
      }

      t.is(seen.count, '4')
      t.is(seen.list.length, 5)
      t.is(seen.set.length, 4)
      t.deepEqual(seen.stream, [[id as string, ['a', '1']]])
    } catch (error) {
      t.log(cluster.tails())
      throw error
    } finally {
      await cluster.dispose()
    }
  },
)
