// What scripts do is taken back: random commands of every family under the engine's journal leave the
// digest, the memory and what is due as they were, and replies afterwards are those of an engine to which
// none of it happened.

import test from 'ava'
import { type Engine, type EngineScripting, later } from '../../src/api/engine.js'
import type { Reply } from '../../src/api/reply.js'
import { Random } from '../../src/base/random.js'
import { respDoor } from '../../src/resp/door.js'
import { makeEngine } from '../engine/world.js'
import { docOf } from './spec-docs.js'
import { type Line, Units } from './units.js'

const rounds = 120
const roundLines = 60
const databases = 3

test('undone: commands of every family under a journal: nothing has happened', (t) => {
  const seed = Number(process.env['SEED'] ?? 1)
  const random = new Random(seed)
  const [engine, twin] = [makeEngine(1_800_000_000_000), makeEngine(1_800_000_000_000)]
  const scripting = engine.scripting as EngineScripting
  const units = makeUnits(engine)

  for (let round = 0; round < rounds; round++) {
    const kept = drawLines(units, random)
    const entry = [engine.clock + random.below(200), random.uint32(), random.uint32()] as const
    const dbs = kept.map(() => random.below(databases))
    for (const each of [engine, twin]) each.beginEntry(...entry)
    const replies = [engine, twin].map((each) =>
      kept.map((line, i) => answer(each, dbs[i] as number, line)),
    )
    t.deepEqual(replies[0], replies[1], `SEED=${seed} round ${round}: ${JSON.stringify(kept)}`)

    const before = look(engine)
    const undone = drawLines(units, random)
    scripting.speculate()
    engine.beginEntry(engine.clock + random.below(200), random.uint32(), random.uint32())
    for (const line of undone) answer(engine, random.below(databases), line)
    scripting.undo()

    t.deepEqual(look(engine), before, `SEED=${seed} round ${round}: ${JSON.stringify(undone)}`)
    t.deepEqual(look(engine), look(twin), `SEED=${seed} round ${round}`)
  }
})

// What scripts did at a leader counts as executed where nothing else came first.
test('undone: commands of every family under a journal that is given up: they have happened', (t) => {
  const seed = Number(process.env['SEED'] ?? 1)
  const random = new Random(seed)
  const [engine, twin] = [makeEngine(1_800_000_000_000), makeEngine(1_800_000_000_000)]
  const scripting = engine.scripting as EngineScripting
  const units = makeUnits(engine)

  for (let round = 0; round < rounds; round++) {
    const entries = Array.from({ length: random.below(4) + 1 }, () => ({
      lines: drawLines(units, random),
      from: [engine.clock + random.below(200), random.uint32(), random.uint32()] as const,
      db: random.below(databases),
    }))
    scripting.speculate()
    const marks = entries.map(({ lines, from, db }) => {
      engine.beginEntry(...from)
      for (const line of lines) answer(engine, db, line)
      return { mark: scripting.mark(), clock: scripting.clock }
    })
    const happened = random.below(entries.length + 1)
    for (const { mark, clock } of marks.slice(0, happened)) scripting.happened(mark, clock)
    if (happened === entries.length) scripting.allHappened()
    else scripting.undo()
    for (const { lines, from, db } of entries.slice(0, happened)) {
      twin.beginEntry(...from)
      for (const line of lines) answer(twin, db, line)
    }

    const what = `SEED=${seed} round ${round}: ${JSON.stringify(entries)}`
    t.deepEqual(look(engine), look(twin), what)
  }
})

function makeUnits(engine: Engine): Units {
  return new Units({
    docs: new Map([...engine.commands].map(([name, spec]) => [name, docOf(spec)])),
    known: (name) => engine.commands.has(name),
    commands: [],
    families: [],
    isSession: false,
  })
}

function drawLines(units: Units, random: Random): Line[] {
  const lines: Line[] = []
  while (lines.length < roundLines) lines.push(...units.draw(random))
  return lines
}

function look(engine: Engine): unknown {
  const keys = Array.from({ length: databases }, (_, db) => engine.keyCount(db))
  const due = Array.from({ length: databases }, (_, db) => engine.expiresCount(db))
  const { memoryBytes, clock } = engine
  return { digest: engine.digest(), memoryBytes, clock, keys, due, next: engine.nextExpiry() }
}

function answer(engine: Engine, db: number, line: Line): string {
  const [name = '', ...rest] = line
  let reply: Reply | typeof later = engine.execute(db, [name.toLowerCase(), ...rest])
  while (reply === later) reply = engine.step(1000)
  return respDoor.encode(reply, 3)
}
