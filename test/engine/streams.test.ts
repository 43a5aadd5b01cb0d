// What consumer groups know of their lag; commands and options are compared with redis-server in
// `test/differential`.

import test from 'ava'
import type { Engine } from '../../src/api/engine.js'
import { makeEngine, run, runAll } from './world.js'

/** `entries` entries of which a group has read `read`. */
function stream(entries: number, read: number): Engine {
  const engine = makeEngine()
  for (let i = 1; i <= entries; i++) run(engine, ['xadd', 's', `${i}-1`, 'f', 'v'])
  runAll(engine, 'xgroup|create create s g 0', `xreadgroup group g c count ${read} streams s >`)
  return engine
}

function lag(engine: Engine): unknown {
  const text = JSON.stringify(run(engine, ['xinfo|groups', 'groups', 's']))
  return JSON.parse(/"lag",(\w+)/.exec(text)?.[1] ?? '"none"')
}

test('lag: an entry behind what was read is deleted: unknown', (t) => {
  const engine = stream(6, 2)
  t.is(lag(engine), 4)
  runAll(engine, 'xdel s 4-1')
  t.is(lag(engine), null)
})

test('lag: the first entry is deleted, and more are trimmed: counts on', (t) => {
  const engine = stream(6, 1)
  runAll(engine, 'xdel s 1-1')
  t.is(lag(engine), 5)
  runAll(engine, 'xtrim s minid = 5')
  t.is(lag(engine), 5)
})

test('lag: what was deleted in the middle is trimmed: counts again', (t) => {
  const engine = stream(6, 2)
  runAll(engine, 'xdel s 3-1')
  t.is(lag(engine), null)
  runAll(engine, 'xtrim s maxlen = 2')
  t.is(lag(engine), 4)
})

test('idle: no entry came since: a read counts by its own clock', (t) => {
  const engine = stream(1, 1)
  const wall = engine.clock + 500
  const read = (...line: readonly string[]) => engine.read(0, line, wall)

  t.deepEqual(read('xpending', 's', 'g', 'idle', '500', '-', '+', '9'), [['1-1', 'c', 500, 1]])
  t.deepEqual(read('xpending', 's', 'g', 'idle', '501', '-', '+', '9'), [])
  t.regex(
    JSON.stringify(read('xinfo|consumers', 'consumers', 's', 'g')),
    /"idle",500,"inactive",500/,
  )
})

test('xreadgroup: a stream that stands twice, new entries and then what is pending: by their ids', (t) => {
  const engine = stream(3, 1)
  const line = 'xreadgroup group g c streams s s'
  const reply = JSON.stringify(runAll(engine, `${line} > 9-1`))
  t.true(reply.includes('2-1') && reply.includes('3-1'))
  t.true(reply.endsWith('"s",[]]}'), reply)
  const again = JSON.stringify(runAll(engine, 'xadd s 4-1 f v', `${line} > 2-1`))
  t.true(again.endsWith('"s",[["3-1",["f","v"]],["4-1",["f","v"]]]]}'), again)
})
