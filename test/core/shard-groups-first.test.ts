// A second shard group beside the first: what members made of a single one counts no more.

import test from 'ava'
import { reply, world } from './joining-world.js'

test('a second shard group: commands go there as soon as a slot did, while the others are on their way', (t) => {
  const w = world()
  const [mover, client] = [w.client(1), w.client(1)]
  for (let at = 0; at < 60; at++) t.is(reply(w, client, `SET key:${at} ${at}`), '+OK')
  t.regex(reply(w, mover, 'QUORATE SHARD ADD'), /"id":1/)
  reply(w, mover, 'QUORATE REBALANCE')
  const isMoving = (): boolean => (w.member(1).core?.inspect().topology.moves ?? []).length > 0
  let slowest = 0
  let looks = 0
  while (isMoving()) {
    for (let at = 0; at < 60 && isMoving(); at++) {
      const before = w.mono
      t.is(reply(w, client, `GET key:${at}`), `$${at}`)
      slowest = Math.max(slowest, w.mono - before)
      looks++
    }
  }
  t.log(slowest, looks)
  t.true(slowest < 200)
})
