// Stamps of hybrid logical clocks: order, bounds, and members whose clocks are far apart.

import test from 'ava'
import { msOfStamp, Random, seatOfStamp, stampAt, StampClock } from 'quorate/plugin'

const wall = 1_790_000_000_000

test('stamps: made in one millisecond, more than the counter holds: ascending, of the seat, a little ahead', (t) => {
  const clock = new StampClock(5, 1000)
  let last = 0
  for (let i = 0; i < 1000; i++) {
    const stamp = clock.next(wall)
    t.true(stamp > last && Number.isSafeInteger(stamp))
    t.is(seatOfStamp(stamp), 5)
    last = stamp
  }

  t.is(msOfStamp(last), wall + 15)
})

test('stamps: a clock that goes back: stamps do not', (t) => {
  const clock = new StampClock(1, 1000)
  const first = clock.next(wall)

  t.true(clock.next(wall - 600_000) > first)
})

test('stamps: what another member made: the next one is above it, however its clock goes', (t) => {
  const fast = new StampClock(0, 1000)
  const slow = new StampClock(63, 3_600_000)
  const seen = fast.next(wall + 600_000)
  slow.see(seen)

  const next = slow.next(wall)

  t.true(next > seen)
  t.is(msOfStamp(next), wall + 600_000)
  const { last } = slow
  t.true(last >= next && slow.next(wall) > last)
})

test('stamps: too far ahead, zero, no whole number: refused', (t) => {
  const clock = new StampClock(0, 1000)

  t.true(clock.accepts(stampAt(wall + 1000, 3), wall))
  t.false(clock.accepts(stampAt(wall + 1001, 3), wall))
  t.false(clock.accepts(0, wall))
  t.false(clock.accepts(2 ** 53, wall))
  t.false(clock.accepts(Number.NaN, wall))
})

test('stamps: random messages between three clocks: each is above all that its maker had seen', (t) => {
  const random = new Random(11)
  const clocks = [0, 1, 2].map((seat) => new StampClock(seat, 10_000_000))
  const seen = [0, 0, 0]
  let faults = 0
  for (let i = 0; i < 5000; i++) {
    const from = random.below(3)
    const to = random.below(3)
    const stamp = (clocks[from] as StampClock).next(wall + random.below(1_000_000))
    if (stamp <= (seen[from] as number)) faults++
    seen[from] = stamp
    ;(clocks[to] as StampClock).see(stamp)
    seen[to] = Math.max(seen[to] as number, stamp)
  }

  t.is(faults, 0)
})
