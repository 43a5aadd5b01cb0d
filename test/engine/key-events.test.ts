// What an engine tells of keys where it is easily overlooked; `test/differential/events.test.ts` compares
// the events of every command with redis-server's.

import test from 'ava'
import type { Engine } from '../../src/api/engine.js'
import { createEngine } from '../../src/engine/engine.js'
import { options, run, runAll } from './world.js'

/** An engine at 1,000 ms, and what it told since that was asked last. */
function listening(): { readonly engine: Engine; readonly told: () => readonly string[] } {
  let events: string[] = []
  const engine = createEngine(options, {
    changed: (event, db, key) => events.push(`${event} ${db} ${key}`),
    created: (db, key) => events.push(`new ${db} ${key}`),
    missed: (db, key) => events.push(`missed ${db} ${key}`),
    cleared: (db) => events.push(`cleared ${db}`),
  })
  engine.beginEntry(1_000, 1, 2)
  const told = (): readonly string[] => {
    const taken = events
    events = []
    return taken
  }
  return { engine, told }
}

test('events: a key past its time is written over: expired, then new', (t) => {
  const { engine, told } = listening()
  for (const line of ['set k v', 'setex k 100 v', 'mset k v']) {
    runAll(engine, 'psetex k 10 v')
    engine.beginEntry(engine.clock + 1_000, 1, 2)
    told()
    runAll(engine, line)
    t.deepEqual(told().slice(0, 3), ['expired 0 k', 'new 0 k', 'set 0 k'], line)
  }
  t.is(engine.counters.expired, 3)
})

test('events: a bit that stands already: nothing is told, and no watch is broken', (t) => {
  const { engine, told } = listening()
  runAll(engine, 'setbit k 7 1')
  t.deepEqual(told(), ['new 0 k', 'setbit 0 k'])
  for (const line of [
    'setbit k 7 1',
    'setbit k 3 0',
    'bitfield k set u8 0 1',
    'bitfield k incrby u8 0 256',
  ]) {
    runAll(engine, line)
    t.deepEqual(told(), [], line)
  }
  runAll(engine, 'setbit k 8 0')
  t.deepEqual(told(), ['setbit 0 k'])
  t.is(run(engine, ['strlen', 'k']), 2)
})

test('events: an exchange of databases: nothing of where the order is kept', (t) => {
  const { engine, told } = listening()
  runAll(engine, 'set k v', 'swapdb 0 1')
  t.deepEqual(told(), ['new 0 k', 'set 0 k', 'cleared 0', 'cleared 1'])
})
