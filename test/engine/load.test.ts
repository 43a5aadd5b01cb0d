// Loading row by row: what was given is there before the last row comes, and both ways of loading agree.

import test from 'ava'
import { createEngine } from '../../src/engine/engine.js'
import { checkpoint, makeEngine, options, run, Storage } from './world.js'

function filled(): { digest: unknown; storage: Storage } {
  const engine = makeEngine()
  const storage = new Storage()
  for (let i = 0; i < 3_000; i++) run(engine, ['set', `{tag}${i}`, `v${i}`])
  checkpoint(engine, storage, 1)
  for (let i = 0; i < 3_000; i += 7) run(engine, ['set', `{tag}${i}`, 'changed', 'px', '90000'])
  for (let i = 1; i < 3_000; i += 3) run(engine, ['del', `{tag}${i}`])
  checkpoint(engine, storage, 2)
  return { digest: engine.digest(), storage }
}

test('load: the manifest before the rows: nearly all keys are there before the end', (t) => {
  const { digest, storage } = filled()
  const engine = createEngine(options)

  engine.loadBegin?.(storage.manifest as Uint8Array)
  const rows = storage.sorted()
  for (const row of rows) engine.load([row])

  t.true(engine.keyCount(0) > 1_000)
  t.is(engine.loadFinish(storage.manifest as Uint8Array), null)
  t.deepEqual(engine.digest(), digest)
})

test('load: the manifest after the rows: the same state', (t) => {
  const { digest, storage } = filled()
  const engine = createEngine(options)

  engine.load(storage.sorted())

  t.is(engine.keyCount(0), 0)
  t.is(engine.loadFinish(storage.manifest as Uint8Array), null)
  t.deepEqual(engine.digest(), digest)
})

test('load: a row is damaged after some went in: is reported at the end', (t) => {
  const { storage } = filled()
  const engine = createEngine(options)
  const rows = storage.sorted()
  const last = rows.at(-1)
  if (last === undefined) return t.fail()
  const value = Uint8Array.from(last.value)
  value[value.length >> 1] = (value[value.length >> 1] as number) ^ 1

  engine.loadBegin?.(storage.manifest as Uint8Array)
  engine.load([...rows.slice(0, -1), { key: last.key, value }])

  t.is(engine.loadFinish(storage.manifest as Uint8Array), 'a checkpoint row fails its check')
})
