// Bytes that are no operations, or no slot: refused, without a fault, whatever they are.

import test from 'ava'
import { Random } from '../../src/base/random.js'
import { createEngine } from '../../src/engine/engine.js'
import { drawCommand, keys } from './merge-commands.js'
import { Replica, slotsOf, start } from './merge-world.js'
import { options } from './world.js'

const [slot = 0] = slotsOf(keys)

/** With a few bytes changed, cut or doubled. */
function spoil(bytes: Uint8Array, random: Random): Uint8Array {
  const made = [...bytes]
  for (let i = 0; i <= random.below(3); i++) {
    const at = random.below(made.length + 1)
    const how = random.below(4)
    if (how === 0) made.length = at
    else if (how === 1) made.splice(at, 1 + random.below(4))
    else if (how === 2) made.splice(at, 0, ...made.slice(at, at + random.below(8)))
    else made[at] = random.below(256)
  }
  return Uint8Array.from(made)
}

test('merging: malformed operations and slots: are taken in or refused, never a fault', (t) => {
  const random = new Random(4)
  let refused = 0
  for (let round = 0; round < 40; round++) {
    const origin = new Replica(1)
    const engine = createEngine({ ...options, merges: true })
    const { merging } = engine
    for (let i = 0; i < 60; i++) {
      const entry = origin.write(start + i, drawCommand(random), drawCommand(random))
      if (entry === null) continue
      engine.beginEntry(start + i, 1, 2)
      const how = { stamp: entry.stamp, seen: entry.context }
      if (merging?.merge(spoil(entry.operations, random), how) === false) refused++
    }
    const { vector } = origin
    const sides = { mine: vector, theirs: vector, mineLacksAbove: 0, theirsLacksAbove: 0 }
    const exported = spoil(origin.merging.exportSlot(slot), random)
    const isSlot = merging?.isSlot(exported, slot)
    t.is(merging?.mergeSlot(exported, { slot, ...sides }), isSlot)
    if (isSlot === false) refused++
    const other = createEngine({ ...options, merges: true }).merging
    if (other?.loadUnstable(spoil(origin.merging.saveUnstable(), random)) === false) refused++
    merging?.stable(origin.clock.last)
    merging?.slotDigest(slot)
    merging?.exportSlot(slot)
  }
  t.true(refused > 500)
})
