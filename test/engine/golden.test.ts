// The digest after a fixed history, recorded: it must be the same on every version of Node.js and after
// every change that does not mean to change what replicas agree on.

import test from 'ava'
import { Random } from '../../src/base/random.js'
import { makeEngine, run } from './world.js'

const recorded = { high: 4241400812, low: 953575903 }

test('engine: 20,000 fixed operations: the digest is the recorded one', (t) => {
  const engine = makeEngine()
  const random = new Random(2026)
  const names = ['set', 'append', 'incrbyfloat', 'incr', 'del', 'pexpire', 'rename', 'setrange']

  for (let i = 0; i < 20_000; i++) {
    if (i % 16 === 0) {
      engine.beginEntry(1_000_000 + i, random.uint32(), random.uint32())
      engine.expireDue(10)
    }
    const name = random.pick(names)
    const key = random.chance(1, 2) ? `{t}${random.below(2000)}` : `key${random.below(2000)}`
    const more: Readonly<Record<string, readonly string[]>> = {
      set: [String(random.below(100))],
      append: ['x'.repeat(random.below(50))],
      incrbyfloat: [`${random.below(100)}.${random.below(1000)}`],
      pexpire: [String(random.between(1, 9000))],
      rename: [`{t}${random.below(2000)}`],
      setrange: [String(random.below(30)), 'y'],
    }
    run(engine, [name, key, ...(more[name] ?? [])], 1000, random.below(2))
  }

  t.deepEqual(engine.digest(), recorded)
})
