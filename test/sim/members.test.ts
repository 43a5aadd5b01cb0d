import test from 'ava'
import type { MemberId } from '../../src/api/ids.js'
import type { Strategy } from '../../src/api/strategy.js'
import { memberPayload } from '../../src/log/members.js'
import { Judge } from './judge.js'
import { MemberWatch } from './members.js'

const [one, two, three] = [1 as MemberId, 2 as MemberId, 3 as MemberId]

test('sim members: only one votes, and is about to start: its disk may not be lost, whatever those that are up know', (t) => {
  const watch = new MemberWatch(new Judge(), [one, two, three], {
    first: [one, two, three],
    isWhole: false,
  })
  const members = { voters: [one, two, three], learners: [] }
  watch.began(three, { status: () => ({ members }) } as unknown as Strategy)
  t.true(watch.mayLose(one))

  watch.executed(5, { payload: memberPayload({ voters: [one], learners: [two] }) })

  t.false(watch.mayLose(one))
  t.true(watch.mayLose(two))
})
