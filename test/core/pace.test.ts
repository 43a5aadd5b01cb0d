import test from 'ava'
import { aheadMs } from './pace.js'
import { CoreWorld } from './core-world.js'

test('pace: a wall that stands: members go on, slower once they are ahead', (t) => {
  const world = new CoreWorld({ wall: () => 1_790_000_000_000 })
  const began = world.mono

  for (let i = 0; i < aheadMs + 400; i++) world.step()

  const passed = world.mono - began - aheadMs
  t.true(passed >= 100 && passed <= 102, `${passed}`)
})

test('pace: time of their own: each step counts', (t) => {
  const world = new CoreWorld()
  const began = world.mono

  for (let i = 0; i < aheadMs + 400; i++) world.step()

  t.is(world.mono - began, aheadMs + 400)
})
