// What a cell is held to take in memory beside its key's value, in bytes, by the model of `memory.ts`: a string
// that clients see is part of the value. Of many elements some are looked at and stand for all.

import { textBytes } from '../values/text.js'
import { type Entry, ElementCell, type KeyCell, noElements } from './cell.js'

/** The object, its place among those of its database, and its list of kinds. */
const keyCellBytes = 176
/** A list that is not empty, and one thing in it with its stamp. */
const listBytes = 56
const itemBytes = 64
/** Of the elements of a kind: the map, and in it a name and a stamp, or a cell. */
const mapBytes = 200
const entryBytes = 44
const elementCellBytes = 48
/** Elements that stand for all of a kind. */
const samplesMax = 8

/** Lists and elements: what `bytesOfCell` grows with. */
export function partsOfCell({ bases, deltas, times, made, elements, amounts }: KeyCell): number {
  let parts = bases.length + deltas.length + times.length + made.length + amounts
  if (elements === noElements) return parts
  for (let kind = 0; kind < elements.length; kind++) parts += elements[kind]?.size ?? 0
  return parts
}

export function bytesOfCell({ bases, deltas, times, made, elements, amounts }: KeyCell): number {
  let bytes = keyCellBytes + bytesOfList(bases) + bytesOfList(deltas) + amounts * itemBytes
  bytes += bytesOfList(times) + bytesOfList(made)
  // The one that counts is what clients see.
  for (let i = 0; i < bases.length - 1; i++) bytes += textBytes(bases[i]?.text ?? '')
  if (elements === noElements) return bytes
  for (const entries of elements) if (entries !== null) bytes += bytesOfElements(entries)
  return bytes
}

function bytesOfElements(entries: ReadonlyMap<string, Entry>): number {
  let looked = 0
  let bytes = 0
  for (const entry of entries.values()) {
    if (looked === samplesMax) break
    looked++
    bytes += entryBytes
    if (entry instanceof ElementCell) bytes += elementCellBytes + bytesOfElement(entry)
  }
  return mapBytes + (looked === 0 ? 0 : Math.floor((bytes * entries.size) / looked))
}

function bytesOfElement({ dots, deltas, times }: ElementCell): number {
  let bytes = bytesOfList(dots) + bytesOfList(times)
  // Amounts themselves are counted by the cell: one element may have most of them.
  if (deltas.length > 0) bytes += listBytes
  for (let i = 0; i < dots.length - 1; i++) {
    const { payload } = dots[i] as (typeof dots)[number]
    if (typeof payload === 'string') bytes += textBytes(payload)
  }
  return bytes
}

function bytesOfList({ length }: readonly unknown[]): number {
  return length === 0 ? 0 : listBytes + length * itemBytes
}
