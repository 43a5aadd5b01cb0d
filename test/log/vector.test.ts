// Version vectors against a slow twin: a set of the stamps that are covered.

import test from 'ava'
import { ByteReader, ByteWriter, Random, type StampRange, Vector } from 'quorate/plugin'

const stampsMax = 40
const seats = 3

/** All stamps of a seat below `stampsMax`: seat, seat + 64 ... */
function stampsIn({ seat, after, upTo }: StampRange): number[] {
  const found: number[] = []
  for (let n = 0; n < stampsMax; n++) {
    const stamp = n * 64 + seat
    if (stamp > after && stamp <= upTo) found.push(stamp)
  }
  return found
}

function randomRange(random: Random): StampRange {
  const seat = random.below(seats)
  const low = random.below(stampsMax)
  const high = low + random.below(stampsMax - low)
  return { seat, after: low === 0 ? 0 : low * 64 + seat, upTo: high * 64 + seat }
}

function randomVector(random: Random): { readonly vector: Vector; readonly twin: Set<number> } {
  const vector = new Vector()
  const twin = new Set<number>()
  for (let n = random.below(6); n > 0; n--) {
    const range = randomRange(random)
    vector.add(range)
    if (range.upTo > range.after) for (const stamp of stampsIn(range)) twin.add(stamp)
  }
  return { vector, twin }
}

const allStamps = Array.from({ length: stampsMax * seats }, (_, n) => {
  return Math.floor(n / seats) * 64 + (n % seats)
})

test('vector: 3,000 random pairs: covers, includes, lacks, join and meet as the sets say', (t) => {
  const random = new Random(3)
  let faults = 0
  const expect = (isRight: boolean): void => {
    if (!isRight) faults++
  }
  for (let round = 0; round < 3000; round++) {
    const a = randomVector(random)
    const b = randomVector(random)
    expect(allStamps.every((stamp) => a.vector.covers(stamp) === a.twin.has(stamp)))
    expect(!a.vector.includes(b.vector) || [...b.twin].every((stamp) => a.twin.has(stamp)))
    const lacks = a.vector.lacks(b.vector).flatMap((range) => stampsIn(range))
    expect(
      [...new Set(lacks)].sort((x, y) => x - y).join() ===
        [...b.twin]
          .filter((stamp) => !a.twin.has(stamp))
          .sort((x, y) => x - y)
          .join(),
    )
    const joined = Vector.copyOf(a.vector)
    joined.join(b.vector)
    expect(allStamps.every((s) => joined.covers(s) === (a.twin.has(s) || b.twin.has(s))))
    expect(joined.includes(a.vector) && joined.includes(b.vector))
    const met = Vector.copyOf(a.vector)
    met.meet(b.vector)
    expect(allStamps.every((s) => met.covers(s) === (a.twin.has(s) && b.twin.has(s))))
    const c = randomVector(random)
    const all = Vector.meetOf([a.vector, b.vector, c.vector])
    const isInAll = (s: number): boolean => [a, b, c].every(({ twin }) => twin.has(s))
    expect(allStamps.every((s) => all.covers(s) === isInAll(s)))
    const [range] = a.vector.ranges()
    if (range !== undefined) {
      const { seat, after, upTo } = range
      const shorter = Vector.copyOf(a.vector)
      const from = after + random.below(upTo - after)
      shorter.cut(seat, from)
      const isCut = (s: number): boolean => s % 64 === seat && s > from && s <= upTo
      expect(allStamps.every((s) => shorter.covers(s) === (a.twin.has(s) && !isCut(s))))
    }
    const bytes = new ByteWriter()
    a.vector.encode(bytes)
    const back = Vector.decode(new ByteReader(bytes.finish()))
    expect(back?.equals(a.vector) === true)
  }

  t.is(faults, 0)
})

test('vector: an incarnation behind a gap: the gap is not covered, and is filled later', (t) => {
  const vector = new Vector()
  vector.add({ seat: 1, after: 0, upTo: 641 })
  vector.add({ seat: 1, after: 6401, upTo: 6465 })

  t.true(vector.covers(641) && vector.covers(6465))
  t.false(vector.covers(705) || vector.covers(6401))
  t.true(vector.endsAt(1, 641) && vector.endsAt(1, 6465))
  t.false(vector.endsAt(1, 705) || vector.endsAt(1, 0))
  vector.add({ seat: 1, after: 641, upTo: 6401 })
  t.deepEqual(vector.ranges(), [{ seat: 1, after: 0, upTo: 6465 }])
})

test('vector: bytes that are none: null', (t) => {
  for (const bytes of [[65], [1, 200, 2], [1, 2, 0, 1, 0, 1], [1], [1, 1, 5]]) {
    t.is(Vector.decode(new ByteReader(Uint8Array.from(bytes))), null)
  }
})

test('taking away from a seat that nothing is known of leaves the vector as it was', (t) => {
  const vector = new Vector()
  vector.add({ seat: 1, after: 0, upTo: 65 })
  vector.remove({ seat: 5, after: 0, upTo: 69 })
  const writer = new ByteWriter()
  vector.encode(writer)
  const joined = new Vector()
  joined.join(vector)
  t.deepEqual(joined.ranges(), [{ seat: 1, after: 0, upTo: 65 }])
  t.true(Vector.decode(new ByteReader(writer.finish()))?.equals(vector))
})

test('vector: thousands of ranges of a seat: are read back; more than there are bytes for: refused', (t) => {
  const vector = new Vector()
  for (let n = 1; n <= 5_000; n++) vector.add({ seat: 1, after: n * 256 + 1, upTo: n * 256 + 65 })
  const writer = new ByteWriter(16)
  vector.encode(writer)
  const bytes = writer.finish()

  t.true(Vector.decode(new ByteReader(bytes))?.equals(vector))
  t.is(Vector.decode(new ByteReader(new Uint8Array([1, 200, 1, 1, 1]))), null)
})
