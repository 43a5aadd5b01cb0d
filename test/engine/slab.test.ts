// Rows of a checkpoint share few buffers: the collector takes a step with each that is made.

import test from 'ava'
import { Slab } from '../../src/base/bytes.js'
import { makeEngine, run } from './world.js'

test('slab: pieces do not overlap, and what does not fit gets a buffer of its own', (t) => {
  const slab = new Slab(100)
  const pieces = [30, 30, 30, 30, 0, 500, 70, 1].map((bytes) => slab.cut(bytes))

  pieces.forEach((piece, i) => piece.fill(i))

  pieces.forEach((piece, i) => t.true(piece.every((byte) => byte === i)))
  t.deepEqual(
    pieces.map((piece) => piece.length),
    [30, 30, 30, 30, 0, 500, 70, 1],
  )
  t.is(new Set(pieces.map((piece) => piece.buffer)).size, 4)
})

test('slab: a checkpoint of one large hash and many slots: a step makes few buffers', (t) => {
  const engine = makeEngine()
  for (let i = 0; i < 20_000; i++) run(engine, ['hset', 'large', `field:${i}`, `value:${i}`])
  for (let i = 0; i < 3_000; i++) run(engine, ['set', `key:${i}`, 'value'])

  engine.checkpointBegin(1)
  let rows = 0
  for (;;) {
    const { puts, manifest } = engine.checkpointStep(1_000, 256 * 1024)
    const buffers = new Set(puts.map((row) => row.value.buffer))
    rows += puts.length
    t.true(buffers.size <= 6, `${buffers.size} buffers for ${puts.length} rows`)
    if (manifest !== null) break
  }

  t.true(rows > 2_000)
})
