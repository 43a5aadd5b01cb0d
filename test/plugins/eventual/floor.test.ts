import test from 'ava'
import { Floor, type Known } from '../../../plugins/eventual/floor.js'
import { ByteReader, ByteWriter } from '../../../src/base/bytes.js'
import { Vector } from '../../../src/log/vector.js'

/** A stamp of seat 0 or 1. */
const at = (tick: number, seat = 0): number => tick * 64 + seat

function floorOf(...stamps: readonly number[]): Floor {
  const floor = new Floor()
  for (const stamp of stamps) floor.saw(stamp)
  return floor
}

function ends(known: Known | null): readonly number[] | null {
  return known?.vector.ranges().map(({ upTo }) => upTo) ?? null
}

function upTo(stamp: number): Vector {
  const vector = new Vector()
  vector.add({ seat: stamp % 64, after: 0, upTo: stamp })
  return vector
}

test('floor: stable stamps between entries: the last entry of each member below', (t) => {
  const floor = floorOf(at(1), at(2, 1), at(5), at(7, 1))

  floor.rises(at(4))
  t.deepEqual(ends(floor.known), [at(1), at(2, 1)])
  floor.rises(at(9))
  t.deepEqual(ends(floor.known), [at(5), at(7, 1)])
})

test('floor: entries of an earlier incarnation that come late: count where they stand', (t) => {
  const floor = floorOf(at(8))
  floor.saw(at(3))

  floor.rises(at(4))
  t.deepEqual(ends(floor.known), [at(3)])
})

test('floor: a repair brought entries that nobody named: all up to what is stable, before all of them are', (t) => {
  const floor = floorOf(at(1))
  floor.joined(upTo(at(6)))
  floor.saw(at(8))

  floor.rises(at(4))
  const { vector } = floor.known as Known
  // Who holds everything up to there lost nothing of it, whether or not there are entries in between.
  t.true(upTo(at(5)).holds({ seat: 0, after: 0, upTo: vector.lastOf(0) }))
  t.false(upTo(at(3)).holds({ seat: 0, after: 0, upTo: vector.lastOf(0) }))
  floor.rises(at(6))
  t.deepEqual(ends(floor.known), [at(6)])
})

test('floor: slots of another member: it is as far as there, or not known before that is stable here', (t) => {
  const floor = floorOf(at(1), at(3))
  floor.rises(at(2))

  floor.took({ upTo: at(5), vector: upTo(at(4)) }, at(99))
  t.deepEqual(ends(floor.known), [at(4)])
  floor.took(null, at(9))
  t.is(floor.known, null)
  floor.rises(at(9))
  t.deepEqual(ends(floor.known), [at(4)])
})

test('floor: told again what is stable, as after a restart: it stays known', (t) => {
  const floor = floorOf(at(1), at(3))
  floor.rises(at(2))
  floor.joined(upTo(at(6)))

  floor.rises(at(2))
  floor.rises(at(1))
  t.deepEqual(ends(floor.known), [at(1)])
})

test('floor: slots of a member for which as much is stable, and who knows: known again', (t) => {
  const floor = floorOf(at(1))
  floor.joined(upTo(at(6)))
  floor.rises(at(4))
  t.deepEqual(ends(floor.known), [at(4)])

  floor.took({ upTo: at(4), vector: upTo(at(3)) }, at(99))
  t.deepEqual(ends(floor.known), [at(3)])
})

test('floor: more entries than are remembered: all up to there, and the last one behind all', (t) => {
  const floor = floorOf(...Array.from({ length: 1_500 }, (_, tick) => at(tick + 1)))

  floor.rises(at(99))
  t.deepEqual(ends(floor.known), [at(99)])
  floor.rises(at(1_490))
  t.deepEqual(ends(floor.known), [at(1_490)])
})

test('floor: its bytes: the same again', (t) => {
  const floor = floorOf(at(1), at(5), at(9))
  floor.rises(at(2))
  const writer = new ByteWriter(64)
  floor.encode(writer)
  const copy = new Floor()
  t.true(copy.decode(new ByteReader(writer.finish())))

  t.deepEqual(ends(copy.known), [at(1)])
  copy.rises(at(6))
  t.deepEqual(ends(copy.known), [at(5)])
})
