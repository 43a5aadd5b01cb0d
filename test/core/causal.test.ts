// Causal keyspaces of several shard groups in whole cores, judged by what sessions saw.

import test from 'ava'
import { plantBug } from '../../src/base/seeded-bug.js'
import { CausalMembers } from './causal-world.js'

test('causal: 4 shard groups, partitions and kills: sessions that move see nothing before what it hangs on', (t) => {
  let reads = 0
  let moves = 0
  for (let seed = 1; seed <= 4; seed++) {
    const members = new CausalMembers(seed, { shards: 4, kills: true })

    const verdict = members.run(2_500)

    t.deepEqual(verdict.breaches, [], `seed ${seed}`)
    t.true(members.heal(), `seed ${seed}: equal`)
    reads += verdict.reads
    moves += members.moves
  }
  t.true(reads > 1_000)
  t.true(moves > 40)
})

test.serial('causal: groups that do not wait for each other: the checker sees it', (t) => {
  plantBug('eventual-gate-open')
  try {
    const seeds = [1, 2, 3, 4, 5, 6]
    t.true(seeds.some((seed) => new CausalMembers(seed, { shards: 4 }).run(2_000).breachCount > 0))
  } finally {
    plantBug('')
  }
})
