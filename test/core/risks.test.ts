// What a member says would be lost with it: entries of eventual groups that nobody else has yet.

import test from 'ava'
import { CoreWorld, keyspace } from './core-world.js'

test('risks: an eventual member alone takes writes: only it holds them, until the others are back', (t) => {
  const space = { ...keyspace('default', []), strategy: 'eventual', level: 'eventual' } as const
  const w = new CoreWorld({ keyspaces: [space] })
  t.true(w.settled())
  const client = w.client(1)
  const onlyHere = (): number => {
    const before = client.replies.length
    client.send('QUORATE STATUS')
    t.true(w.answered())
    return Number(/"onlyHere":(\d+)/.exec(client.replies[before] ?? '')?.[1])
  }
  t.true(w.until(() => onlyHere() === 0, 200))
  w.kill(2)
  w.kill(3)

  client.send('SET a 1', 'SET b 2')
  t.true(w.answered())

  t.true(onlyHere() > 0)
  w.start(2)
  t.true(w.until(() => onlyHere() === 0, 400))
})
