// Members that crash, lose their disks or stop, under every durability: what may be lost, and who says
// so. Clients write all the time; each story ends with the judgement of the whole history.

import test, { type ExecutionContext } from 'ava'
import type { Durability } from '../../src/api/config.js'
import { seededBugs } from './bug-bank.js'
import { coreFactory, coreStrategies } from './core-under-test.js'
import { runSeed } from './run.js'
import { Scenario } from './scenario.js'

const strategies = { raft: [1, 2, 3, 4], zab: [1, 2] } as const
const all: readonly Durability[] = ['always', 'everysec', 'none']
const lossy: readonly Durability[] = ['everysec', 'none']

type Play = (t: ExecutionContext, s: Scenario, durability: Durability) => void

/** One test per durability, over several seeds. */
function story(title: string, durabilities: readonly Durability[], play: Play): void {
  for (const durability of durabilities) {
    for (const strategy of ['raft', 'zab'] as const) {
      test(`durability: ${strategy}, ${durability}: ${title}`, (t) => {
        for (const seed of strategies[strategy]) {
          const s = new Scenario(seed, durability, strategy)
          t.true(s.loaded(), `seed ${seed} ${s.world.judge.violation?.sentence ?? ''}`)
          play(t, s, durability)
          t.deepEqual(s.settle(), null, `seed ${seed}`)
        }
      })
    }
  }
}

/** The status, INFO and the log of every member say that writes may be lost. */
function saysLoss(t: ExecutionContext, s: Scenario): void {
  for (const id of [1, 2, 3]) {
    t.regex(s.view(id)?.status?.loss ?? '', /acknowledged before it may be lost/)
    t.regex(s.ask(id, 'QUORATE', 'STATUS'), /acknowledged before it may be lost/)
    t.regex(s.ask(id, 'INFO', 'quorate'), /acknowledged before it may be lost/)
  }
  t.true(s.mark('raft.era-begun') + s.mark('zab.era-begun') > 0)
}

function isWhole(s: Scenario): boolean {
  return [1, 2, 3].every((id) => {
    const status = s.view(id)?.status
    return status?.recovering === null && status.leader !== null && status.era === s.era
  })
}

story('one of three crashes alone: it is refilled, nothing is lost', all, (t, s, durability) => {
  const victim = s.leader
  s.crash(victim)
  s.run(500)
  s.start(victim)

  t.true(s.until(() => isWhole(s)))
  t.is(s.era, 1)
  // Of the group of data and of the topology's.
  t.is(s.mark('unclean-starts'), durability === 'always' ? 0 : 2)
})

story(
  'one after the other crashes, each refilled before the next: nothing is lost',
  all,
  (t, s) => {
    for (const id of [s.leader, ...s.followers]) {
      s.crash(id)
      s.run(300)
      s.start(id)
      t.true(s.until(() => isWhole(s)))
    }

    t.is(s.era, 1)
  },
)

story('two of three crash: nothing is lost and nothing is said', ['always'], (t, s) => {
  s.crash(...s.followers)
  s.run(1_000)
  s.start(1, 2, 3)

  t.true(s.until(() => isWhole(s)))
  t.is(s.era, 1)
})

story('two of three crash: a new era begins with the longest log, and says so', lossy, (t, s) => {
  const [a, b] = s.followers
  const leader = s.leader
  s.crash(a, b)
  s.run(1_000)
  t.is(s.era, 1, 'one alone begins nothing')
  s.start(a, b)

  t.true(s.until(() => s.era > 1 && isWhole(s)))
  saysLoss(t, s)
  t.is(s.mark('entries-lost'), 0, `member ${leader} has all`)
})

story('all three crash: nothing is lost and nothing is said', ['always'], (t, s) => {
  s.crash(1, 2, 3)
  s.run(1_000)
  s.start(1, 2, 3)

  t.true(s.until(() => isWhole(s)))
  t.is(s.era, 1)
})

story('all three crash: a new era begins once all are back, and says so', lossy, (t, s) => {
  s.crash(1, 2, 3)
  s.start(1, 2)
  s.run(900)
  t.is(s.era, 1, 'they wait for the third')
  s.start(3)

  t.true(s.until(() => s.era > 1 && isWhole(s)))
  saysLoss(t, s)
})

story(
  'all three crash and one stays away: the others wait, then begin a new era',
  lossy,
  (t, s) => {
    s.crash(1, 2, 3)
    s.start(1, 2)

    t.true(s.until(() => s.era > 1))
    s.run(1_000)
    s.start(3)
    t.true(s.until(() => isWhole(s)))
    saysLoss(t, s)
  },
)

story('the disk of one is wiped: it is refilled, nothing is lost', all, (t, s) => {
  const victim = s.leader
  s.crash(victim)
  s.wipe(victim)
  s.run(300)
  s.start(victim)

  t.true(s.until(() => isWhole(s)))
  t.is(s.era, 1)
})

story('the disk of one is replaced, then an old copy put back: it is known', ['always'], (t, s) => {
  const [victim] = s.followers
  const member = s.world.members[victim - 1] as (typeof s.world.members)[number]
  // The empty disk comes with a right clock, so only the others know of a later life.
  member.clock.leap(60_000)
  s.crash(victim)
  s.start(victim)
  t.true(s.until(() => isWhole(s)))
  s.run(3_000)
  member.disk.backUp()
  s.crash(victim)
  s.wipe(victim)
  s.start(victim)
  t.true(s.until(() => isWhole(s)))
  s.world.crash(member, { power: false, downUs: 500_000 })
  s.world.damaged(member)
  t.true(member.disk.restoreBackup())

  t.true(s.until(() => s.mark('log.old-copy') > 0))
  t.true(s.until(() => isWhole(s)))
})

story(
  'the disks of two are wiped: halted with a reason until the loss is accepted',
  ['always'],
  (t, s) => {
    const [a, b] = s.followers
    s.crash(a, b)
    s.wipe(a, b)
    s.start(a, b)

    const isHalted = (): boolean => [a, b].every((id) => s.view(id)?.status?.role === 'halted')
    t.true(s.until(isHalted))
    s.run(5_000)
    t.is(s.era, 1, 'nobody goes on by himself')
    t.true(isHalted())
    t.regex(s.view(a)?.status?.why ?? '', /quorate recover --accept-loss/)
    t.regex(s.ask(a, 'SET', 'k', 'v'), /^-CLUSTERDOWN/)
    let reply = ''
    s.world.acceptLoss(a - 1, (text) => (reply = text))
    t.true(s.until(() => s.era > 1 && isWhole(s)))
    t.is(reply, '+OK')
    saysLoss(t, s)
  },
)

story(
  'the disks of two are wiped: the third knows all, so a new era loses nothing',
  lossy,
  (t, s) => {
    const [a, b] = s.followers
    s.crash(a, b)
    s.wipe(a, b)
    s.start(a, b)

    t.true(s.until(() => s.era > 1 && isWhole(s)))
    t.is(s.mark('entries-lost'), 0)
    saysLoss(t, s)
  },
)

story('all are stopped: they need no recovery, nothing is lost', all, (t, s) => {
  s.stop(1, 2, 3)

  t.true(s.until(() => s.mark('clean-stops') === 3))
  t.true(s.until(() => isWhole(s)))
  t.is(s.era, 1)
  t.is(s.mark('recoveries'), 0)
})

test('durability: none: a checkpoint of the era before ends where that of the new one does: a snapshot takes its place (seed 762)', (t) => {
  const options = { seed: 762, turns: 5_000, factory: coreFactory, strategies: coreStrategies }

  t.deepEqual(runSeed(options).violation, null)
})

test('durability: none: a clean stop waits for a slow disk: turns do not follow each other meanwhile (seed 3009)', (t) => {
  const hint = seededBugs.find((each) => each.name === 'raft-era-unsaid')?.hint
  const options = { seed: 3009, turns: 5_000, factory: coreFactory, strategies: coreStrategies }

  t.deepEqual(runSeed({ ...options, ...(hint === undefined ? {} : { hint }) }).violation, null)
})
