// The same inputs bring the same outputs, and no bytes from outside bring a strategy down.

import type { MemberId } from 'quorate/plugin'
import { type Case, forSeeds, hold, type Subject } from '../case.js'
import { withoutClock } from '../purity.js'
import { compareRuns, recorded } from '../recording.js'
import { nobody, Spoiler } from '../spoiled.js'
import { runSchedule } from './schedule.js'
import { isAnswered, isLed, loadedWorld, worldOf } from './subject-world.js'
import { texts } from './texts.js'

/** All that strategies say in a random schedule, up to where it breaks. */
function record(subject: Subject, seed: number): string[] {
  const lines: string[] = []
  const plugin = recorded(subject.plugin, lines)
  const parsed = plugin.parseOptions(subject.options)
  try {
    runSchedule(seed, { plugin, parsed })
  } catch (error) {
    lines.push(String(error))
  }
  return lines
}

/** One message of each sender, receiver and length that a lively group sends. */
function collect(subject: Subject): (readonly [from: number, to: number, message: Uint8Array])[] {
  const found = new Map<string, readonly [number, number, Uint8Array]>()
  const world = worldOf(subject)
  world.filter = (from, to, message) => {
    const kind = `${from}>${to}:${message.length}:${message[0]}:${message[1]}`
    if (!found.has(kind)) found.set(kind, [from, to, Uint8Array.from(message)])
    return true
  }
  const leader = world.elect()
  for (let i = 0; i < 5; i++) {
    world.propose(leader, `v${i}`)
    for (const id of world.ids) world.read(id)
    world.advance(30)
  }
  world.crash(leader)
  world.advance(3_000)
  world.start(leader)
  world.advance(2_000)
  return [...found.values()]
}

export const inputCases: readonly Case[] = [
  {
    name: 'purity: no clock and no chance but what is handed in',
    run(subject) {
      withoutClock(() => record(subject, 3))
    },
  },
  {
    name: 'purity: the same inputs twice: the same outputs, byte for byte',
    run(subject) {
      forSeeds(3, (seed) => {
        compareRuns(record(subject, seed), record(subject, seed))
      })
    },
  },
  {
    name: 'messages: cut short, too long, empty, of other versions, at random, from nobody: ignored',
    run(subject) {
      const messages = collect(subject)
      const world = loadedWorld(subject)
      const spoiler = new Spoiler()
      const give = (from: number, to: number, bytes: Uint8Array): void => {
        const now = { wall: 1_700_000_000_000 + world.mono, mono: world.mono }
        world.strategy(to).step(from as MemberId, bytes, now)
      }
      for (const [from, to, message] of messages) {
        for (const each of spoiler.of(message)) give(from, to, each)
        give(nobody, to, message)
        world.step()
      }
      hold(isLed(world), 'nobody leads after senseless messages')
      hold(
        isAnswered(world, world.leader() as number, { text: 'b' }),
        'no writes after senseless messages',
      )
      world.advance(1_000)
      for (const id of world.ids)
        hold(texts(world, id).length === 11, `member ${id} does not have what was answered`)
    },
  },
]
