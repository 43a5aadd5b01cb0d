import test from 'ava'
import type { MemberId } from '../../src/api/ids.js'
import type { Members, Strategy, StrategyStatus } from '../../src/api/strategy.js'
import { memberPayload } from '../../src/log/members.js'
import { seededBugs } from './bug-bank.js'
import { coreFactory, coreStrategies } from './core-under-test.js'
import { Eras } from './eras.js'
import { Judge } from './judge.js'
import { MemberWatch } from './members.js'
import { runSeed } from './run.js'
import type { Mark } from './seat.js'

const [one, two, three] = [1 as MemberId, 2 as MemberId, 3 as MemberId]

test('sim members: only one votes, and is about to start: its disk may not be lost, whatever those that are up know', (t) => {
  const watch = new MemberWatch(new Judge(), [one, two, three], {
    first: [one, two, three],
    isWhole: false,
  })
  const eras = new Eras('group 0', { judge: new Judge(), durability: 'always' })
  watch.follow(eras)
  const members = { voters: [one, two, three], learners: [] }
  const lists = [
    { voters: [one], learners: [two], outgoing: [one, two, three] },
    { voters: [one], learners: [two] },
  ]
  watch.began(three, { status: () => ({ members }) } as unknown as Strategy)
  t.true(watch.mayLose(one))

  for (const [at, list] of lists.entries()) {
    watch.executed({ term: 1, index: at + 1 }, { payload: memberPayload(list) }, 1)
    eras.of(1).committed.push({ term: 1, hash: at })
  }

  t.false(watch.mayLose(one))
  t.true(watch.mayLose(two))
})

const first = { voters: [one, two, three], learners: [] }
const joint = { voters: [one], learners: [two], outgoing: [one, two, three] }
const alone = { voters: [one], learners: [two] }

/** A watch over a group of three, with `committed` as the terms of what is committed in its eras. */
function watched(committed: Readonly<Record<number, readonly number[]>>): {
  readonly watch: MemberWatch
  readonly judge: Judge
} {
  const judge = new Judge()
  const watch = new MemberWatch(judge, [one, two, three], { first: first.voters, isWhole: false })
  const marksOf = (era: number): readonly Mark[] =>
    (committed[era] ?? []).map((term, at) => ({ term, hash: at }))
  const eras = Object.keys(committed).map(Number)
  watch.follow({
    newest: Math.max(...eras),
    of: (era) => ({ committed: marksOf(era) }),
    historyTo: ({ term, index }) =>
      eras
        .map(marksOf)
        .find((marks) => marks[index - 1]?.term === term)
        ?.slice(0, index) ?? null,
  })
  return { watch, judge }
}

type Said = Pick<StrategyStatus, 'role' | 'era' | 'term' | 'members'>

const says = (watch: MemberWatch, said: Said) =>
  watch.told(one, { recovering: null, ...said } as StrategyStatus, false)

function leads(watch: MemberWatch, era: number, term: number, members: Members): void {
  says(watch, { role: 'leader', era, term, members })
}

test('sim members: an era loses a list, and writes another at its index: each history has its own', (t) => {
  const more = { ...first, learners: [two] }
  const begins = (term: number, index: number, given: Members): string | undefined => {
    const { watch, judge } = watched({ 1: [1, 1, 1], 4: [1, 4, 4] })
    watch.executed({ term: 1, index: 3 }, { payload: memberPayload(joint) }, 1)
    leads(watch, 4, 4, first)
    watch.executed({ term: 4, index: 3 }, { payload: memberPayload(more) }, 4)
    t.is(judge.violation, null)
    watch.listAt({ term, index }, given, 'member 3')
    return judge.violation?.sentence
  }

  t.is(begins(1, 3, joint), undefined)
  t.is(begins(4, 2, first), undefined)
  t.is(begins(4, 3, more), undefined)
  t.regex(begins(4, 3, joint) ?? '', /^member 3 begins at 3 with/)
  t.regex(begins(1, 3, more) ?? '', /^member 3 begins at 3 with/)
  t.regex(begins(3, 3, first) ?? '', /which no era has committed/)
})

test('sim members: an era may begin where those that are intact cannot decide by a list that may be in force', (t) => {
  const without = (lost: MemberId) => (id: MemberId) => id !== lost
  const committed = [1]
  const { watch } = watched({ 1: committed })
  leads(watch, 1, 1, first)
  t.true(watch.decidesEra(1, without(one)))

  // Nobody has executed it, but a majority of each set may have it.
  leads(watch, 1, 1, joint)
  t.false(watch.decidesEra(1, without(one)))
  t.true(watch.decidesEra(1, without(three)))

  committed.push(1, 1)
  watch.executed({ term: 1, index: 2 }, { payload: memberPayload(joint) }, 1)
  leads(watch, 1, 1, alone)
  watch.executed({ term: 1, index: 3 }, { payload: memberPayload(alone) }, 1)
  t.false(watch.decidesEra(1, without(one)))
  t.true(watch.decidesEra(1, (id) => id === one))
})

test('sim members: a leader appends a list, and steps down within the turn: that may be in force', (t) => {
  const { watch } = watched({ 1: [1] })
  leads(watch, 1, 1, first)
  says(watch, { role: 'follower', era: 1, term: 1, members: joint })

  t.false(watch.decidesEra(1, (id) => id !== one))
})

test('sim members: a list of a leader behind which a later term has committed is in force no more', (t) => {
  const { watch } = watched({ 1: [1, 2] })
  leads(watch, 1, 1, joint)
  leads(watch, 1, 2, first)

  t.true(watch.decidesEra(1, (id) => id !== one))
})

test('sim members: an era goes by the list of its founder, until it has executed another', (t) => {
  const { watch, judge } = watched({ 1: [1], 3: [1] })
  leads(watch, 3, 3, alone)

  t.true(watch.decidesEra(3, (id) => id === one))
  t.false(watch.decidesEra(3, (id) => id !== one))
  watch.executed({ term: 3, index: 2 }, { payload: memberPayload(alone) }, 3)
  t.is(judge.violation, null)
  const other = { voters: [two], learners: [] }
  watch.executed({ term: 3, index: 3 }, { payload: memberPayload(other) }, 3)
  t.is(judge.violation?.check, 'members')
})

test('sim members: who is intact goes by a list of its era', (t) => {
  const { watch, judge } = watched({ 1: [1], 3: [1] })
  leads(watch, 1, 1, joint)
  leads(watch, 3, 3, first)
  const said = { role: 'follower', era: 3, term: 3, members: joint, recovering: null } as const
  watch.told(two, { ...said, recovering: 'unclean-stop' } as unknown as StrategyStatus, false)
  t.is(judge.violation, null)

  watch.told(two, said as unknown as StrategyStatus, false)
  t.regex(judge.violation?.sentence ?? '', /which nobody wrote in era 3/)
})

// Members that are refilled in an era without the last list that they had (9), eras that lose lists (12, 16), and
// lone voters that lose their log beside learners that hold more (20).
for (const seed of [9, 12, 16, 20])
  test(`sim members: under none, members change and logs are lost: seed ${seed}`, (t) => {
    const hint = seededBugs.find(({ name }) => name === 'raft-founds-by-old-members')?.hint
    const options = { seed, turns: 5_000, factory: coreFactory, strategies: coreStrategies }
    const { violation } = runSeed({ ...options, bug: '', ...(hint === undefined ? {} : { hint }) })
    t.is(violation, null)
  })
