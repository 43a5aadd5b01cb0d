// A slot of another member in the own log, as it was, and the notes that are no slot: the end of a repair (what
// the other member held is held here from then on), and a range without an entry. Nobody else is told of them.

import {
  ByteReader,
  ByteWriter,
  decodeEntryHead,
  encodePlainHead,
  entryKinds,
  slotCount,
  type SlotMark,
  Vector,
} from 'quorate/plugin'
import type { Note } from './ledger.js'
import { decodeKnown, encodeKnown, type Known } from './floor.js'

export interface SlotEntry extends SlotMark {
  /** At the end of a repair all that what was taken may hang on. */
  readonly mine: Vector
  readonly theirs: Vector
  /** This member, or the other one, lost entries that it had acknowledged. */
  readonly isMineLess: boolean
  readonly isTheirsLess: boolean
  /** What the other one may have forgotten. */
  readonly floor: Known | null
}

const writer = new ByteWriter(1024)

/** In place of a slot: the end of a repair, and a range that holds no entry. */
export const repairedSlot = slotCount
export const filledSlot = slotCount + 1

/** The stamp that no entry has: what follows is a slot. */
const noStamp = 0

export function encodeSlotEntry(entry: SlotEntry): Uint8Array {
  encodePlainHead(writer, entryKinds.effects)
  writer.varint(noStamp).varint(entry.slot)
  writer.boolean(entry.isMineLess).boolean(entry.isTheirsLess)
  entry.mine.encode(writer)
  entry.theirs.encode(writer)
  encodeKnown(writer, entry.floor)
  return writer.raw(entry.exported).finish()
}

/** Null for bytes that are none. `exported` is a view into `bytes`. */
export function decodeSlotEntry(bytes: Uint8Array): SlotEntry | null {
  const reader = new ByteReader(bytes)
  const head = decodeEntryHead(reader)
  if (head === null || head.kind !== entryKinds.effects || reader.varint() !== noStamp) return null
  const slot = reader.varint()
  const isMineLess = reader.boolean()
  const isTheirsLess = reader.boolean()
  const mine = Vector.decode(reader)
  const theirs = Vector.decode(reader)
  const floor = decodeKnown(reader)
  if (!reader.ok || mine === null || theirs === null || floor === undefined) return null
  if (slot > filledSlot) return null
  const exported = reader.raw(reader.left)
  return slotEntry({ slot, isMineLess, isTheirsLess, mine, theirs, floor, exported })
}

export function slotEntry(of: Omit<SlotEntry, 'mineLacksAbove' | 'theirsLacksAbove'>): SlotEntry {
  const { mine, theirs, isMineLess, isTheirsLess } = of
  return {
    ...of,
    mineLacksAbove: isMineLess ? mine.lacksAbove(theirs) : Infinity,
    theirsLacksAbove: isTheirsLess ? theirs.lacksAbove(mine) : Infinity,
  }
}

/** What it adds to a vector; null for a slot. */
export function noteOfSlot({ slot, theirs }: SlotEntry): Note {
  if (slot < repairedSlot) return null
  const [filled] = theirs.ranges()
  return slot === repairedSlot || filled === undefined ? theirs : { filled }
}
