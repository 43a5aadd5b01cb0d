import test from 'ava'
import type { MemberId } from '../../src/api/ids.js'
import { Clocks } from '../../src/core/clocks.js'

const [a, b] = [2 as MemberId, 3 as MemberId]
const at = (mono: number, jump = 0) => ({ mono, wall: 1_000_000 + mono + jump })

function world(offsets: readonly [number, number]) {
  const clocks = new Clocks()
  clocks.turn(at(0))
  clocks.seen(a, at(0).wall + offsets[0], at(0))
  clocks.seen(b, at(0).wall + offsets[1], at(0))
  return clocks
}

test('clocks: alone: no offset and nobody to hand over to', (t) => {
  const clocks = new Clocks()

  t.is(clocks.offset(), 0)
  t.is(clocks.nearest(), null)
})

test('clocks: own clock is between the others: no offset', (t) => {
  t.is(world([-900, 900]).offset(), 0)
})

test('clocks: own clock is far from two that agree: theirs counts, and one of them is nearest', (t) => {
  const clocks = world([-600_000, -600_010])

  t.is(clocks.offset(), -600_000)
  t.is(clocks.nearest(), a)
})

test('clocks: of two members: the earlier clock counts', (t) => {
  const clocks = world([700, 0])
  clocks.lost(b)
  t.is(clocks.offset(), 0)

  const other = world([-700, 0])
  other.lost(b)
  t.is(other.offset(), -700)
})

test('clocks: frames that waited: the one that waited least counts', (t) => {
  const clocks = world([-300, -300])
  clocks.seen(a, at(10).wall - 2, at(10))
  clocks.seen(b, at(10).wall - 80, at(10))
  clocks.seen(a, at(20).wall - 500, at(20))

  t.is(clocks.offset(), -2)
})

test('clocks: own clock jumps: is known at once, not when the estimates end', (t) => {
  const clocks = world([0, 0])

  clocks.turn(at(10, 600_000))
  clocks.seen(a, at(11).wall - 1, at(11, 600_000))

  t.is(clocks.offset(), -600_000)
})
