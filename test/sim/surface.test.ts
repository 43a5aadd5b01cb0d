// The load of the whole command set draws every command that changes data.

import test from 'ava'
import { Random } from '../../src/base/random.js'
import { Judge } from './judge.js'
import { SurfaceLoad, writeNames } from './surface.js'

test('surface: 20,000 requests: every writing command of the table at least 20 times', (t) => {
  const judge = new Judge()
  const load = new SurfaceLoad({
    ...{ random: new Random(1), judge, prefixes: [''] },
    ...{ isAlone: true, isTagged: false },
  })

  for (let i = 0; i < 20_000; i++) load.next()

  const seldom = writeNames.filter((name) => (judge.commands.get(name)?.sent ?? 0) < 20)
  t.deepEqual(seldom, [])
})

test('surface: beside other loads: nothing that acts on whole databases', (t) => {
  const load = new SurfaceLoad({
    random: new Random(1),
    judge: new Judge(),
    isAlone: false,
    isTagged: false,
    prefixes: [''],
  })

  for (let i = 0; i < 5_000; i++) {
    const words = load.next().flatMap(({ args }) => args.map((word) => word.toLowerCase()))
    t.false(words.some((word) => ['flushall', 'flushdb', 'swapdb', 'select'].includes(word)))
  }
})
