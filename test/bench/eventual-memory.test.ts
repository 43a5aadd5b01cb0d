// What members keep while one is away, in its short form: so few keys that what a process takes anyway is most.

import test from 'ava'
import { benchEventualMemory, describeEventualMemory } from './eventual-memory.bench.js'

test('eventual memory bench: some thousand keys with one member away: all become stable once it is back', async (t) => {
  const say = (sentence: string): void => t.log(sentence)
  const figures = await benchEventualMemory({ keys: 20_000, durability: 'none', say })
  const { away, back, fresh } = figures

  t.true(away.keys > 1_000 && away.unstable > 1_000)
  t.is(back.unstable, 0)
  t.is(fresh.keys, back.keys)
  t.log(describeEventualMemory(figures))
})
