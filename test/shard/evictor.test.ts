// Who leads a group makes room: as much in a turn as is needed where commands are about to be refused.

import test from 'ava'
import { decodeVictims } from '../../src/api/eviction.js'
import { isError } from '../../src/api/reply.js'
import { ByteReader } from '../../src/base/bytes.js'
import { Random } from '../../src/base/random.js'
import { Evictor } from '../../src/shard/evictor.js'
import { Windows } from '../../src/shard/windows.js'
import { makeEngine, run } from '../engine/world.js'

const maxMemory = 800_000

/** A group of `bytes`, at most where it refuses commands. */
function filled(bytes: number) {
  const engine = makeEngine(1_000_000, { maxMemory, maxMemoryPolicy: 'allkeys-random' })
  for (let i = 0; engine.memoryBytes < bytes; i++) {
    if (isError(run(engine, ['set', `{a}${i}`, 'v']))) break
  }
  const evictor = new Evictor(() => engine)
  const at = { windows: new Windows(), random: new Random(1) }
  /** Victims of each entry. */
  const turn = (): number[] => {
    const proposed: number[] = []
    evictor.turn(at, (body) => {
      proposed.push(decodeVictims(new ByteReader(body)).length)
      return true
    })
    return proposed
  }
  return { engine, turn }
}

test('evictor: a group about to refuse commands: all that passes its bound goes in one turn', (t) => {
  const { engine, turn } = filled(2 * maxMemory)
  const over = engine.memoryBytes - maxMemory
  const entries = turn()

  t.true(entries.length > 4)
  const [left] = turn()
  t.is(left, undefined, `${over} bytes over, ${entries.length} entries`)
})

test('evictor: a group a little over its bound: no turn is longer than four entries', (t) => {
  const { turn } = filled(maxMemory + 40_000)

  t.true(turn().length <= 4)
  t.true(turn().length > 0)
})
