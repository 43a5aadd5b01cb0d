import test from 'ava'
import { ByteReader, ByteWriter, Vector } from 'quorate/plugin'
import { Overlays } from '../../../plugins/eventual/overlays.js'

test('overlays: slots are handed out and in part executed: a mark says nothing of the others', (t) => {
  const vector = new Vector()
  vector.add({ seat: 0, after: 0, upTo: 640 })
  const overlays = new Overlays()
  overlays.add({ from: 0, to: 100 }, vector, [
    { slot: 10, index: 5 },
    { slot: 50, index: 6 },
  ])
  overlays.add({ from: 100, to: 200 }, vector, [{ slot: 150, index: 7 }])
  const heldAt = (applied: number): readonly boolean[] => {
    const writer = new ByteWriter(64)
    overlays.encode(writer, applied)
    const read = new Overlays()
    t.true(read.decode(new ByteReader(writer.finish())))
    return [10, 50, 150].map((slot) => read.reach(slot, new Vector()).vector.covers(640))
  }

  t.deepEqual(heldAt(4), [false, false, false])
  t.deepEqual(heldAt(5), [true, false, false])
  t.deepEqual(heldAt(6), [true, true, false])
  t.deepEqual(heldAt(7), [true, true, true])
  t.true(overlays.reach(150, new Vector()).vector.covers(640))
})

test('overlays: what was accepted: not what a snapshot brings', (t) => {
  const vector = new Vector()
  vector.add({ seat: 0, after: 0, upTo: 640 })
  const writer = new ByteWriter(64)
  const theirs = new Overlays()
  theirs.add({ from: 0, to: 100 }, vector, [])
  theirs.encode(writer, 0)
  const overlays = new Overlays()
  overlays.isAccepted = true

  t.true(overlays.decode(new ByteReader(writer.finish())))

  t.false(overlays.isAccepted)
})
