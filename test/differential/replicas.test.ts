// Replicas with a different past hold the same: what executed everything, and what took a checkpoint on
// the way, agree on replies, digests and every later pick by chance.

import test from 'ava'
import { type Engine, later } from '../../src/api/engine.js'
import type { Reply } from '../../src/api/reply.js'
import { Random } from '../../src/base/random.js'
import { respDoor } from '../../src/resp/door.js'
import { checkpoint, makeEngine, Storage } from '../engine/world.js'
import { docOf } from './spec-docs.js'
import { keyNames } from './pools.js'
import { type Line, Units } from './units.js'

const commands = 20_000
const picks = 10_000
const entryCommands = 50
const databases = 3

test('replicas: a checkpoint halfway: equal replies, digests and picks', (t) => {
  const seed = Number(process.env['SEED'] ?? 1)
  const random = new Random(seed)
  const engine = makeEngine(1_800_000_000_000)
  const units = new Units({
    docs: new Map([...engine.commands].map(([name, spec]) => [name, docOf(spec)])),
    known: (name) => engine.commands.has(name),
    commands: [],
    families: [],
    isSession: false,
  })
  const first = draw(units, random, commands)
  const second = draw(units, random, commands)

  play([engine], first, new Random(seed, 1))
  const storage = new Storage()
  checkpoint(engine, storage, 1)
  const restored = storage.restore(100)
  if (typeof restored === 'string') {
    t.fail(restored)
    return
  }
  t.deepEqual(restored.digest(), engine.digest(), `SEED=${seed}`)
  t.is(restored.memoryBytes, engine.memoryBytes, `SEED=${seed}`)
  const different = play([engine, restored], second, new Random(seed, 2))
  const pickers = Array.from({ length: picks }, () => pickLine(engine, random))
  const differentPicks = play([engine, restored], pickers, new Random(seed, 3))

  t.deepEqual(different, [], `SEED=${seed}`)
  t.deepEqual(differentPicks, [], `SEED=${seed}`)
  t.deepEqual(restored.digest(), engine.digest(), `SEED=${seed}`)
  t.is(restored.memoryBytes, engine.memoryBytes, `SEED=${seed}`)
})

function draw(units: Units, random: Random, count: number): Line[] {
  const lines: Line[] = []
  while (lines.length < count) {
    const unit = units.draw(random)
    // Whatever empties everything would leave little to compare.
    if (!unit.some(([name]) => name?.toLowerCase().startsWith('flush'))) lines.push(...unit)
  }
  return lines
}

function pickLine(engine: Engine, random: Random): Line {
  const key = random.pick(keyNames)
  const lines: readonly Line[] = [
    ['spop', key],
    ['srandmember', key, String(random.between(-3, 3))],
    ['hrandfield', key, String(random.between(-3, 3)), 'withvalues'],
    ['zrandmember', key, '2'],
    ['randomkey'],
    ['sadd', key, String(random.below(300)), `m${random.below(300)}`],
    ['hset', key, `f${random.below(300)}`, 'x'],
  ]
  const line = random.pick(lines)
  return engine.commands.has(line[0] ?? '') ? line : ['randomkey']
}

/** Executes lines on all engines in slices of different lengths; what the replies differ in. */
function play(engines: readonly Engine[], lines: readonly Line[], random: Random): string[] {
  const different: string[] = []
  for (let at = 0; at < lines.length; at += entryCommands) {
    const stamp = (engines[0]?.clock ?? 0) + random.below(200)
    const entry = [stamp, random.uint32(), random.uint32()] as const
    for (const engine of engines) {
      engine.beginEntry(...entry)
      engine.expireDue(100)
    }
    for (const line of lines.slice(at, at + entryCommands)) {
      const db = random.below(databases)
      const replies = engines.map((engine, i) => answer(engine, db, line, i === 0 ? 3 : 1000))
      if (replies.some((each) => each !== replies[0]))
        different.push(JSON.stringify([line, replies]))
    }
  }
  return different.slice(0, 5)
}

function answer(engine: Engine, db: number, line: Line, budget: number): string {
  const [name = '', ...rest] = line
  let reply: Reply | typeof later = engine.execute(db, [name.toLowerCase(), ...rest])
  while (reply === later) reply = engine.step(budget)
  return respDoor.encode(reply, 3)
}
