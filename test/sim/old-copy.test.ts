// An image of a member's whole disk, its witness file with it, is put back after that member was refilled on another disk:
// what it acknowledged since is not there. Others that met its later life tell it, and it counts as one that lost its disk.

import test from 'ava'
import { plantBug } from '../../src/base/seeded-bug.js'
import { Scenario } from './scenario.js'

function isWhole(s: Scenario): boolean {
  return [1, 2, 3].every((id) => {
    const status = s.view(id)?.status
    return status?.recovering === null && status.leader !== null
  })
}

/** The leader and the member acknowledge while the third one is cut off; then the leader dies for a time. */
function putBack(strategy: 'raft' | 'zab', seed: number): Scenario {
  const s = new Scenario(seed, 'always', strategy)
  s.loaded()
  const [victim] = s.followers
  const member = s.world.members[victim - 1] as (typeof s.world.members)[number]
  member.disk.backUp()
  s.crash(victim)
  s.wipe(victim)
  s.start(victim)
  if (!s.until(() => isWhole(s))) return s
  s.run(1_000)
  const { leader } = s
  const third = [1, 2, 3].find((id) => id !== leader && id !== victim) as number
  const network = s.world.network()
  const cut = (change: 'block' | 'unblock'): void => {
    for (const id of [leader, victim]) {
      network[change](third - 1, id - 1)
      network[change](id - 1, third - 1)
    }
  }
  cut('block')
  const { counter } = s.world.history
  const before = counter.acknowledged
  s.until(() => counter.acknowledged >= before + 30, 2_000)
  s.crash(victim)
  s.world.damaged(member)
  member.disk.restoreImage()
  s.crash(leader)
  cut('unblock')
  s.start(victim)
  s.run(4_000)
  if (s.view(leader) === undefined) s.start(leader)
  return s
}

for (const strategy of ['raft', 'zab'] as const) {
  test.serial(
    `old copy: ${strategy}: an image of the whole disk is put back: it is known, and no answered write is lost`,
    (t) => {
      for (const seed of [1, 2, 3]) {
        const s = putBack(strategy, seed)

        t.true(
          s.until(() => isWhole(s)),
          `seed ${seed} ${s.world.judge.violation?.sentence ?? ''}`,
        )
        t.true(s.mark('member.old-copy') > 0)
        t.deepEqual(s.settle(), null, `seed ${seed}`)
      }
    },
  )

  test.serial(`old copy: ${strategy}: taken for whole (planted): some check sees it`, (t) => {
    t.teardown(() => plantBug(''))
    plantBug('core-old-copy-unseen')
    const found = [1, 2, 3].map((seed) => putBack(strategy, seed).settle()?.check)

    t.true(found.some((check) => check !== undefined))
  })
}
