// Session tokens and levels of a connection with real members and real sockets: a client that goes to a
// member that is cut off waits, is refused in time, and never sees less than it saw.

import test from 'ava'
import { TestCluster } from './cluster.js'
import { plainClient, whenServed } from './workload.js'

const config = {
  keyspaces: [
    { name: 'feed', prefixes: ['feed:'], level: 'causal' },
    { name: 'default', level: 'sequential' },
  ],
}

test.serial(
  'sessions: a token at a member that is cut off: waits, is refused, sees all once healed',
  async (t) => {
    const cluster = await TestCluster.start({ config })
    try {
      await cluster.waitLeader()
      for (const port of cluster.ports) {
        await whenServed(port, (client) => client.mset('feed:k', 'old', 'feed:n', '0'))
        await whenServed(port, (client) => client.set('k', 'old'))
      }
      const { groups } = await cluster.status(0)
      const leader = Number(groups[1]?.['leader'] ?? 1) - 1
      const [one, cut] = cluster.all.filter((at) => at !== leader) as [number, number]
      const writer = plainClient(cluster.ports[one] as number)
      const reader = plainClient(cluster.ports[cut] as number)
      const strong = plainClient(cluster.ports[cut] as number)
      const stranger = plainClient(cluster.ports[cut] as number)
      const clients = [writer, reader, strong, stranger]
      await Promise.all(clients.map((client) => client.connect()))
      await strong.call('QUORATE', 'CONSISTENCY', 'STRONG')
      cluster.isolate(cut)
      await writer.set('feed:k', 'new')
      await writer.set('k', 'new')
      const token = (await writer.call('QUORATE', 'SESSION', 'GET')) as string

      t.true(token.length <= 256)
      t.is(await reader.call('QUORATE', 'SESSION', 'SET', token), 'OK')
      for (const key of ['feed:k', 'k']) {
        await t.throwsAsync(reader.get(key), { message: /^TRYAGAIN / })
        t.is(await stranger.get(key), 'old')
      }
      await t.throwsAsync(reader.set('feed:k', 'newer'), { message: /^TRYAGAIN / })
      await t.throwsAsync(reader.multi().get('feed:k').exec(), { message: /TRYAGAIN / })
      const script = "return redis.call('get', KEYS[1])"
      await t.throwsAsync(reader.eval(script, 1, 'feed:k'), { message: /^TRYAGAIN / })
      await t.throwsAsync(reader.blpop('feed:list', 1), { message: /^TRYAGAIN / })
      await t.throwsAsync(reader.watch('feed:k'), { message: /^TRYAGAIN / })
      await t.throwsAsync(strong.get('k'), { message: /^CLUSTERDOWN / })
      await t.throwsAsync(strong.get('feed:k'), { message: /keyspace feed is causal/ })
      cluster.heal()
      let found: readonly (string | null)[] = []
      await cluster.waitFor('what the token stands for', async () => {
        found = await reader.mget('feed:k', 'k').catch(() => [])
        return found.length > 0
      })

      t.deepEqual(found, ['new', 'new'])
      t.is(await whenServed(cluster.ports[cut] as number, () => strong.get('k')), 'new')
      for (const client of clients) client.disconnect()
    } catch (error) {
      t.log(cluster.tails())
      throw error
    } finally {
      await cluster.dispose()
    }
  },
)
