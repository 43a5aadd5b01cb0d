// When the young generation is collected.

import test from 'ava'
import {
  bufferBytesMax,
  longMs,
  shortMs,
  survivedMin,
  YoungGeneration,
  youngBytesMax,
  youngBytesMin,
} from '../../src/host/young.js'

/** A heap whose collections take as long as `take` says and leave nothing. */
class Heap {
  now = 0
  bytes = 0
  buffers = 0
  collections = 0
  looks = 0
  take = 1
  /** Bytes of buffers that live on. */
  kept = 0
  readonly young = new YoungGeneration({
    collect: () => {
      this.collections++
      this.now += this.take
      this.bytes = 0
      this.buffers = this.kept
    },
    used: () => {
      this.looks++
      return this.bytes
    },
    buffers: () => this.buffers,
    clock: () => this.now,
  })

  /** V8 collects it, and so many bytes survive. */
  collect(survived: number): void {
    this.look(youngBytesMax)
    this.look(survived)
  }

  look(bytes: number): boolean {
    this.now += 2
    this.bytes = bytes
    return this.young.tend()
  }

  /** Until it is collected; how many bytes were given meanwhile. */
  bytesUntilCollected(): number {
    const before = this.bytes
    for (let bytes = before; bytes < 8 * youngBytesMax; bytes += 64 * 1024) {
      if (this.look(bytes)) return bytes - before
    }
    return Number.POSITIVE_INFINITY
  }
}

test('young generation: little survives: left to V8', (t) => {
  const heap = new Heap()
  heap.collect(survivedMin - 1)

  t.is(heap.bytesUntilCollected(), Number.POSITIVE_INFINITY)
  t.is(heap.collections, 0)
})

test('young generation: much survives and collections take long: they come earlier, down to a bound', (t) => {
  const heap = new Heap()
  heap.take = longMs + 1
  heap.collect(survivedMin)

  const given = Array.from({ length: 5 }, () => heap.bytesUntilCollected())

  t.deepEqual(
    given,
    [1, 2, 4, 4, 4].map((part) => youngBytesMax / part),
  )
  t.is(given.at(-1), youngBytesMin)
})

test('young generation: collections are short again: they come later, then it is left to V8', (t) => {
  const heap = new Heap()
  heap.take = longMs + 1
  heap.collect(survivedMin)
  for (let i = 0; i < 3; i++) heap.bytesUntilCollected()
  heap.take = shortMs - 1

  const given = Array.from({ length: 8 }, () => heap.bytesUntilCollected())

  t.true((given[1] as number) > (given[0] as number))
  t.is(given.at(-1), Number.POSITIVE_INFINITY)
})

test('young generation: many bytes of buffers, few of objects: collected', (t) => {
  const heap = new Heap()
  heap.kept = bufferBytesMax
  const counts: number[] = []
  for (let round = 0; round < 4; round++) {
    heap.buffers += bufferBytesMax - 1
    t.false(heap.look(round))
    heap.buffers++
    t.true(heap.look(round))
    counts.push(heap.collections)
  }

  t.deepEqual(counts, [1, 2, 3, 4])
})

test('young generation: turns within a millisecond: one look', (t) => {
  const heap = new Heap()
  heap.now = 10
  for (let i = 0; i < 100; i++) heap.young.tend()

  t.is(heap.looks, 1)
})

test('young generation: a process whose flags do not allow it: left to V8', (t) => {
  // Other files of this process may have set the flag for theirs.
  const { gc } = globalThis
  t.teardown(() => Object.assign(globalThis, { gc }))
  Object.assign(globalThis, { gc: undefined })

  t.is(YoungGeneration.own(), null)
})
