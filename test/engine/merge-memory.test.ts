// What unstable keys take is part of what an engine counts, so that its bound sees it.

import test from 'ava'
import { createEngine } from '../../src/engine/engine.js'

test('merging: keys that are not stable: count as more memory until they are, and only while they are there', (t) => {
  const engine = createEngine({ databases: 16, bulkBytesMax: 1 << 20, maxMemory: 0, merges: true })
  const { merging } = engine
  let stamp = 64
  const entry = (commands: readonly (readonly string[])[]): void => {
    stamp += 64
    engine.beginEntry(1_790_000_000_000 + stamp, 1, 2)
    merging?.prepare(stamp)
    for (const command of commands) engine.execute(0, command)
    merging?.prepared()
  }
  for (let i = 0; i < 1_000; i++) entry([['set', `key:${i}`, 'value']])
  // Whoever asks for a stamp has all put beside their keys.
  t.is(merging?.unstableKeys, 1_000)
  const unstable = engine.memoryBytes
  for (let i = 0; i < 500; i++) entry([['del', `key:${i}`]])
  t.is(merging?.unstableKeys, 500)
  const half = engine.memoryBytes
  merging?.stable(stamp)
  const stable = engine.memoryBytes

  t.is(merging?.unstableKeys, 0)
  t.is(half - stable, 500 * 12)
  t.true(unstable - half > 500 * 12)
})
