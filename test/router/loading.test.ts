// What a member that loads its data says to clients that go by slots.

import test from 'ava'
import { configOf, World } from './world.js'

test('loading: a client that goes by slots is sent to a member that is there, if any', (t) => {
  const others = new World({ cluster: { isLoading: true, isReady: false } })
  const client = others.connect()
  client.ask('CLIENT', 'ROUTING', 'CLUSTER')
  t.regex(client.ask('GET', 'a'), /^-MOVED 15495 127.0.0.1:700[23]\r\n$/)
  t.is(client.ask('CLUSTER', 'SLOTS'), '-LOADING Redis is loading the dataset in memory\r\n')

  const members = [configOf().members[0]].flatMap((member) => member ?? [])
  const alone = new World({ config: { members }, cluster: { isLoading: true, isReady: false } })
  const lonely = alone.connect()
  lonely.ask('CLIENT', 'ROUTING', 'CLUSTER')
  t.is(lonely.ask('GET', 'a'), '-LOADING Redis is loading the dataset in memory\r\n')
})
