// What a read may miss, level by level.

import type { ReadLevel } from 'quorate/plugin'
import { type Case, forSeeds, hold, type Subject } from '../case.js'
import { isAnswered, isLed, loadedWorld, otherThan, patienceMs } from './subject-world.js'
import type { World } from './world.js'

const levels: readonly ReadLevel[] = ['linearizable', 'sequential', 'causal', 'local']

/** Asks as a shard does: again, where the strategy gives the read back. */
function isGranted(world: World, id: number, level: ReadLevel, ms = 2_000): boolean {
  let token = world.read(id, level)
  return world.until(() => {
    const read = token === null ? undefined : world.reads.get(token)
    if (read === undefined || read.dropped !== null) token = world.read(id, level)
    return read !== undefined && read.grantedAt !== null
  }, ms)
}

function readsEverywhere(subject: Subject, level: ReadLevel): void {
  const world = loadedWorld(subject)
  for (const id of world.ids)
    hold(isGranted(world, id, level), `member ${id} grants no ${level} read`)
}

export const readCases: readonly Case[] = [
  ...levels.map(
    (level): Case => ({
      name: `reads: ${level}: granted at every member of a healthy group`,
      applies: (supports) => supports.reads.includes(level),
      run: (subject) => readsEverywhere(subject, level),
    }),
  ),
  ...levels.map(
    (level): Case => ({
      name: `reads: ${level}: not promised, so refused as unsupported`,
      applies: (supports) => !supports.reads.includes(level),
      run(subject) {
        const world = loadedWorld(subject)
        const refusal = world.strategy(world.leader() as number).readIndex(9_999 as never, level)
        hold(refusal?.reason === 'unsupported', `a ${level} read is not refused`)
      },
    }),
  ),
  {
    name: 'reads: linearizable: an old leader that is cut off: grants none once another may have written',
    applies: (supports) => supports.reads.includes('linearizable'),
    run(subject) {
      const world = loadedWorld(subject)
      const old = world.leader() as number
      world.isolate(old)
      hold(
        world.until(() => world.leader() !== old && world.isSettled(), patienceMs),
        'nobody else leads',
      )
      hold(isAnswered(world, world.leader() as number, { text: 'new' }), 'a write is not answered')

      // A grant that misses the write breaks RF15.
      isGranted(world, old, 'linearizable')
      world.heal()
      hold(isLed(world), 'nobody leads')
      hold(isGranted(world, old, 'linearizable', patienceMs), 'no reads after it came back')
    },
  },
  {
    name: 'reads: linearizable: a follower that lags: grants none below what was answered',
    applies: (supports) => supports.reads.includes('linearizable'),
    run(subject) {
      forSeeds(5, (seed) => {
        const world = loadedWorld(subject, { seed, delayMaxMs: 60 })
        const leader = world.leader() as number
        for (let i = 0; i < 20; i++) {
          isAnswered(world, leader, { text: `w${i}`, ms: 500 })
          for (const id of world.ids) world.read(id)
          world.step()
        }
        world.advance(2_000)
      })
    },
  },
  {
    name: 'reads: sequential: see the own writes of their member, and never go back',
    applies: (supports) => supports.reads.includes('sequential'),
    run(subject) {
      const world = loadedWorld(subject)
      const leader = world.leader() as number
      const away = otherThan(world, leader)
      world.isolate(away)
      for (let i = 0; i < 20; i++) {
        hold(isAnswered(world, leader, { text: `w${i}` }), 'a write is not answered')
        for (const id of world.ids) world.read(id, 'sequential')
      }
      world.heal()
      for (let i = 0; i < 50; i++) {
        for (const id of world.ids) world.read(id, 'sequential')
        world.step()
      }
    },
  },
  {
    name: 'reads: local: granted by a member that is cut off',
    applies: (supports) => supports.reads.includes('local'),
    run(subject) {
      const world = loadedWorld(subject)
      const away = otherThan(world, world.leader() as number)
      world.isolate(away)
      world.advance(3_000)

      hold(isGranted(world, away, 'local', 100), 'a local read waits for other members')
    },
  },
]
