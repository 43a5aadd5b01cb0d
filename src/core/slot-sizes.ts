// Which slots of a move go together: as many as their commands may wait for, by keys and by bytes. One slot goes whole.

import type { Engine } from '../api/engine.js'
import { limits } from '../api/limits.js'
import { readNow } from '../shard/slot-copy.js'

/** Of the keys of a batch, by the memory model; of a slot with very many keys, what its first ones take. */
export interface SlotSizes {
  readonly keys: number
  readonly bytes: number
}

export interface SlotBatch extends SlotSizes {
  readonly slots: readonly number[]
}

export interface BatchBounds {
  readonly keys: number
  readonly bytes: number
  readonly slots: number
}

/** Keys that are looked at in one go. */
const keysPerLook = 128

/**
 * The first of these slots, within the bounds. Between two looks of what this yields the engine may go on: what it finds
 * is an estimate.
 */
export function* batchOf(
  engine: Engine,
  databases: number,
  from: { readonly slots: Iterable<number>; readonly bounds: BatchBounds },
): Generator<void, SlotBatch, void> {
  const { bounds } = from
  const slots: number[] = []
  let [keys, bytes, looked] = [0, 0, 0]
  for (const slot of from.slots) {
    let [own, ownBytes] = [0, 0]
    for (let db = 0; db < databases; db++) {
      const count = engine.slotKeyCount(db, slot)
      own += count
      if (count === 0) continue
      for (const key of engine.slotKeys(db, slot, limits.moveBatchKeys)) {
        const found = readNow(engine, db, ['memory', 'usage', key])
        ownBytes += typeof found === 'number' ? found : 0
        if (++looked % keysPerLook === 0) yield
      }
    }
    const isFull =
      keys + own > bounds.keys || bytes + ownBytes > bounds.bytes || slots.length >= bounds.slots
    if (slots.length > 0 && isFull) break
    keys += own
    bytes += ownBytes
    slots.push(slot)
  }
  return { slots, keys, bytes }
}

/** No bounds: of slots that go together already. */
export const whole: BatchBounds = {
  keys: Number.POSITIVE_INFINITY,
  bytes: Number.POSITIVE_INFINITY,
  slots: Number.POSITIVE_INFINITY,
}
