// Cases of strategies whose order is causal.

import type { Durability, MemberId, ReadLevel, Token } from 'quorate/plugin'
import { type Case, forSeeds, hold, type Subject } from '../case.js'
import { withoutClock } from '../purity.js'
import { compareRuns, recorded } from '../recording.js'
import { nobody, Spoiler } from '../spoiled.js'
import type { Node, WorldOptions } from './node.js'
import { randomWorld } from './random-world.js'
import { CausalWorld } from './world.js'

type Three = [Node, Node, Node]

/** A world whose members have met. */
function worldOf({ plugin, options }: Subject, given: Partial<WorldOptions> = {}): CausalWorld {
  const fixed = { seed: 1, members: 3, durability: 'always', plugin, options } as const
  const world = new CausalWorld({ ...fixed, ...given })
  world.run(40)
  return world
}

function nodesOf(world: CausalWorld): Three {
  return world.nodes as unknown as Three
}

function isSettled(node: Node, token: Token | null): boolean {
  return token !== null && !node.waiting.has(token)
}

/** The disk of one member is as fast as it may be. */
function persistAll(world: CausalWorld, node: Node): void {
  while (world.persistOne(node));
}

function isolate(world: CausalWorld, node: Node): void {
  for (const other of world.nodes) if (other !== node) world.partition(node, other)
}

/** Peace, then nothing may be wrong. */
function judge(world: CausalWorld): void {
  world.comeToRest()
  world.judge()
  hold(world.faults.length === 0, world.faults[0] ?? '')
}

function randomWorlds({ plugin, options, seeds }: Subject, durability: Durability): void {
  forSeeds(seeds, (seed) => {
    const { faults } = randomWorld(seed, durability, { plugin, options })
    hold(faults.length === 0, faults[0] ?? '')
  })
}

function record(subject: Subject, seed: number): string[] {
  const lines: string[] = []
  const plugin = recorded(subject.plugin, lines)
  randomWorld(seed, 'always', { plugin, options: subject.options })
  return lines
}

const levels: readonly ReadLevel[] = ['linearizable', 'sequential', 'causal', 'local']

export const causalCases: readonly Case[] = [
  {
    name: 'writable: a member alone in a partition: takes writes and answers them',
    run(subject) {
      const world = worldOf(subject)
      const [alone] = nodesOf(world)
      isolate(world, alone)
      world.run(100)
      const token = world.write(alone)
      hold(token !== null, 'a write is refused')
      persistAll(world, alone)
      world.tick(25)
      persistAll(world, alone)

      hold(isSettled(alone, token), 'a write waits for other members')
      judge(world)
    },
  },
  {
    name: 'durable: always: a write is answered only once it is on the own disk, and synced',
    applies: (supports) => supports.durabilities.includes('always'),
    run(subject) {
      const world = worldOf(subject)
      const [node] = nodesOf(world)
      for (let i = 0; i < 20; i++) {
        persistAll(world, node)
        const token = world.write(node)
        hold(token !== null, 'a write is refused')
        for (let turn = 0; turn < 5 && !isSettled(node, token); turn++) {
          hold(turn > 0 || node.writes.length > 0, 'nothing is on its way to the disk')
          world.persistOne(node)
          world.tick(25)
        }
        hold(isSettled(node, token), 'a write that is on the disk is not answered')
        world.crash(node, true)
        world.start(node, null)
      }
      judge(world)
    },
  },
  {
    name: 'durable: always: nothing is answered while the disk stands still',
    applies: (supports) => supports.durabilities.includes('always'),
    run(subject) {
      const world = worldOf(subject)
      const [node] = nodesOf(world)
      const token = world.write(node)
      for (let i = 0; i < 20; i++) {
        world.tick(50)
        while (world.deliverOne());
      }

      hold(!isSettled(node, token), 'a write was answered that is on no disk')
    },
  },
  {
    name: 'causes: an entry that comes before what its origin had seen: waits for it',
    run(subject) {
      const world = worldOf(subject)
      const [first, second, third] = nodesOf(world)
      world.partition(first, third)
      world.write(first)
      world.run(40)
      world.partition(first, second)
      world.write(second)
      world.run(40)
      hold(world.faults.length === 0, world.faults[0] ?? '')

      judge(world)
      hold(third.merged.size === 2, `a member merged ${third.merged.size} of 2 entries`)
    },
  },
  {
    name: 'once: messages are lost and doubled: every entry is merged once',
    run(subject) {
      forSeeds(5, (seed) => {
        const world = worldOf(subject, { seed, lossPercent: 30 })
        for (let i = 0; i < 30; i++) {
          const node = world.nodes[i % 3] as Node
          world.write(node)
          world.persistOne(node)
          world.tick(10)
          for (let n = 0; n < 5; n++) world.deliverOne()
        }
        judge(world)
      })
    },
  },
  ...(['always', 'everysec', 'none'] as const).map(
    (durability): Case => ({
      name: `convergence: random faults under ${durability}, then peace: equal everywhere, nothing lost or doubled`,
      applies: (supports) => supports.durabilities.includes(durability),
      run: (subject) => randomWorlds(subject, durability),
    }),
  ),
  {
    name: 'stamps: a member starts again with its clock ten minutes back: above all that it made and saw',
    run(subject) {
      for (const durability of subject.plugin.supports.durabilities) {
        const world = worldOf(subject, { durability })
        const [node] = nodesOf(world)
        for (let i = 0; i < 10; i++) world.write(node)
        world.calm(60)
        world.write(node)
        persistAll(world, node)
        world.crash(node)
        node.skew = -600_000
        world.start(node, durability === 'always' ? null : 'unclean-stop')
        world.calm(100)
        world.write(node)
        judge(world)
      }
    },
  },
  {
    name: 'recovering: a member that lost its disk: takes no writes before it is refilled, then it does',
    run(subject) {
      const world = worldOf(subject)
      const [node] = nodesOf(world)
      for (const each of world.nodes) world.write(each)
      world.calm(60)
      world.crash(node)
      world.wipe(node)
      isolate(world, node)
      world.start(node, 'disk-lost')
      world.run(40)
      hold(world.write(node) === null, 'it takes writes without what it had')

      world.calm(100)
      hold(node.merged.size === 3, `it has ${node.merged.size} of 3 entries`)
      hold(world.write(node) !== null, 'it takes no writes after it was refilled')
      judge(world)
    },
  },
  {
    name: 'log: nothing is cut without leave; a member that was away for long has everything in the end',
    run(subject) {
      const world = worldOf(subject)
      const [away, ...others] = nodesOf(world)
      isolate(world, away)
      for (let i = 0; i < 60; i++) {
        const node = others[i % 2] as Node
        world.write(node)
        for (const other of others) persistAll(world, other)
        world.tick(25)
        while (world.deliverOne());
        if (i % 10 === 9) for (const other of others) world.checkpoint(other)
      }
      judge(world)
      hold(away.merged.size === 60, `it has ${away.merged.size} of 60 entries`)
    },
  },
  {
    name: 'leadership: every intact member leads itself; transfer is refused as unsupported',
    run(subject) {
      const world = worldOf(subject)
      for (const { strategy, id } of world.nodes) {
        hold(strategy?.status().leader === id, `member ${id} names another leader`)
        hold(strategy?.transfer(null)?.reason === 'unsupported', 'transfer is not refused')
      }
    },
  },
  {
    name: 'membership: static: a change is refused as unsupported',
    applies: (supports) => supports.members === 'static',
    run(subject) {
      const world = worldOf(subject)
      const change = { add: [], remove: [], promote: [] }
      const refusal = world.nodes[0]?.strategy?.reconfigure(1 as never, change)
      hold(refusal?.reason === 'unsupported', 'reconfigure is not refused')
    },
  },
  ...levels.map(
    (level): Case => ({
      name: `reads: ${level}: granted by a member that is cut off`,
      applies: (supports) => supports.reads.includes(level),
      run(subject) {
        const world = worldOf(subject)
        const [alone] = nodesOf(world)
        isolate(world, alone)
        const token = world.read(alone, level)
        hold(token !== null && alone.granted.has(token), `a ${level} read waits for other members`)
      },
    }),
  ),
  ...levels.map(
    (level): Case => ({
      name: `reads: ${level}: not promised, so refused as unsupported`,
      applies: (supports) => !supports.reads.includes(level),
      run(subject) {
        const world = worldOf(subject)
        const refusal = world.nodes[0]?.strategy?.readIndex(9_999 as Token, level)
        hold(refusal?.reason === 'unsupported', `a ${level} read is not refused`)
      },
    }),
  ),
  {
    name: 'sessions: what a member has shown: another one covers it once it holds it, and not before',
    applies: (supports) => supports.levels.includes('causal'),
    run(subject) {
      const world = worldOf(subject)
      const [first, second] = nodesOf(world)
      isolate(world, first)
      world.write(first)
      world.run(40)
      const shown = first.strategy?.seen?.()
      hold(shown !== undefined, 'it does not say what it has shown')
      const covers = (node: Node): boolean => node.strategy?.covers?.(shown) === true
      hold(covers(first), 'it does not cover what it has shown itself')
      hold(!covers(second), 'a member covers what it cannot have')

      second.strategy?.hurry?.(shown)
      world.calm(100)
      hold(covers(second), 'a member that holds everything does not cover it')
      world.crash(second)
      world.start(second, null)
      world.run(100)
      hold(covers(second), 'a member forgot at a restart what it held')
    },
  },
  {
    name: 'wakeAt: members that are only ticked when it says so: come to the same',
    run(subject) {
      const world = worldOf(subject, { sleeps: true })
      const [first, second] = nodesOf(world)
      world.partition(first, second)
      for (const node of world.nodes) world.write(node)
      judge(world)
    },
  },
  {
    name: 'disk short: no writes; with space again there are',
    run(subject) {
      const world = worldOf(subject)
      const [node] = nodesOf(world)
      node.strategy?.diskShort(true)
      hold(world.write(node) === null, 'a member without disk space takes a write')
      node.strategy?.diskShort(false)
      hold(world.write(node) !== null, 'no writes with space again')
      judge(world)
    },
  },
  {
    name: 'bounds: writes without end while the disk stands still: refused as busy, not gathered',
    run(subject) {
      const world = worldOf(subject)
      const [node] = nodesOf(world)
      const bytes = new Uint8Array(64 * 1024).fill(1)
      let taken = 0
      while (taken < 4_096 && world.write(node, false, bytes) !== null) taken++
      hold(taken < 4_096, 'it took 256 MB of writes that are not on disk')
    },
  },
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
      const world = worldOf(subject)
      const found: (readonly [from: Node, to: Node, message: Uint8Array])[] = []
      world.filter = (from, to, message) => {
        if (found.length < 200) found.push([from, to, Uint8Array.from(message)])
        return true
      }
      for (const node of world.nodes) world.write(node)
      world.calm(20)
      const give = (from: MemberId, to: Node, bytes: Uint8Array): void => {
        to.strategy?.step(from, bytes, { mono: world.now, wall: 1_790_000_000_000 + world.now })
        world.settle(to)
      }
      const spoiler = new Spoiler()
      for (const [from, to, message] of [...found]) {
        for (const each of spoiler.of(message)) give(from.id, to, each)
        give(nobody, to, message)
      }
      world.write(world.nodes[0] as Node)
      judge(world)
      hold((world.nodes[1] as Node).merged.size === 4, 'not all writes are merged')
    },
  },
]
