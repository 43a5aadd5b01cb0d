// What a dumped value is made of, whatever its encoding: to make long ones anew in pieces, and to compare.

import { formatDouble } from '../base/double.js'
import { Effects } from '../engine/effects.js'
import { Keyspace } from '../engine/keyspace.js'
import { Ledger } from '../engine/ledger.js'
import { decodeValue } from '../engine/rdb/decode.js'
import { encodeValue } from '../engine/rdb/encode.js'
import { readIntset } from '../engine/rdb/intset.js'
import { readListpack } from '../engine/rdb/listpack.js'
import { RdbReader } from '../engine/rdb/reader.js'
import { rdbTypes as types, type Work } from '../engine/rdb/types.js'
import { RdbWriter } from '../engine/rdb/writer.js'

/** hash: field, value, and the wall milliseconds at which it ends where it does. zset: score, member. */
export interface Elements {
  readonly kind: 'list' | 'set' | 'zset' | 'hash'
  readonly each: Iterable<readonly string[]>
}

const footerBytes = 10
const packedNode = 2
/** Of a packed text. */
const textBytesMax = 512 * 1024 * 1024

/** Null for texts, streams and encodings of other versions. */
export function elementsOf(payload: Buffer): Elements | null {
  const reader = new RdbReader(payload, payload.length - footerBytes, textBytesMax, 1)
  switch (payload[0]) {
    case types.listQuicklist2:
      return { kind: 'list', each: listItems(reader) }
    case types.set:
      return { kind: 'set', each: counted(reader, () => [reader.text()]) }
    case types.setIntset:
      return { kind: 'set', each: tuples(readIntset(reader.blob()), 1) }
    case types.setListpack:
      return { kind: 'set', each: tuples(readListpack(reader.blob()), 1) }
    case types.zset2:
      return { kind: 'zset', each: counted(reader, () => scored(reader)) }
    case types.zsetListpack:
      return { kind: 'zset', each: tuples(readListpack(reader.blob()), 2, true) }
    case types.hash:
      return { kind: 'hash', each: counted(reader, () => [reader.text(), reader.text()]) }
    case types.hashListpack:
      return { kind: 'hash', each: tuples(readListpack(reader.blob()), 2) }
    case types.hashTimed:
      return { kind: 'hash', each: timedFields(reader) }
    default:
      return null
  }
}

/** Whether two dumps are of the same value, whatever version wrote them: sets and hashes may have another order. */
export function areSame(one: Buffer, other: Buffer): boolean {
  if (contentOf(one).equals(contentOf(other))) return true
  const known = haveSame(one, other)
  if (known !== null) return known
  const [ours, theirs] = [remade(one), remade(other)]
  if (ours === null || theirs === null) return false
  return ours.equals(theirs) || haveSame(ours, theirs) === true
}

/** Null where the elements of one of them cannot be told. */
function haveSame(one: Buffer, other: Buffer): boolean | null {
  const [a, b] = [elementsOf(one), elementsOf(other)]
  return a === null || b === null ? null : a.kind === b.kind && textOf(a) === textOf(b)
}

function contentOf(payload: Buffer): Buffer {
  return payload.subarray(0, -footerBytes)
}

/** As this version writes it; null where the bytes are no value. */
function remade(payload: Buffer): Buffer | null {
  const effects = new Effects(new Keyspace(1, new Ledger(1)), null)
  const reader = new RdbReader(payload, payload.length - footerBytes, textBytesMax)
  const value = finished(decodeValue(reader, effects))
  if (value === null) return null
  const writer = new RdbWriter()
  finished(encodeValue(writer, value))
  return Buffer.concat([writer.taken(), Buffer.alloc(footerBytes)])
}

function finished<T>(work: Work<T>): T {
  for (;;) {
    const step = work.next()
    if (step.done === true) return step.value
  }
}

function textOf({ kind, each }: Elements): string {
  const texts = Array.from(each, (element) => JSON.stringify(element))
  return (kind === 'list' ? texts : texts.sort()).join()
}

function* counted(reader: RdbReader, read: () => readonly string[]): Generator<readonly string[]> {
  for (let left = Number(reader.length()); left > 0 && reader.ok; left--) yield read()
}

function* tuples(
  texts: readonly string[] | null,
  width: number,
  isReversed = false,
): Generator<readonly string[]> {
  const all = texts ?? []
  for (let i = 0; i < all.length; i += width) {
    const tuple = all.slice(i, i + width)
    yield isReversed ? tuple.reverse() : tuple
  }
}

function* listItems(reader: RdbReader): Generator<readonly string[]> {
  for (let left = Number(reader.length()); left > 0 && reader.ok; left--) {
    if (reader.length() !== packedNode) yield [reader.text()]
    else for (const item of readListpack(reader.blob()) ?? []) yield [item]
  }
}

function scored(reader: RdbReader): readonly string[] {
  const member = reader.text()
  return [formatDouble(reader.double()), member]
}

function* timedFields(reader: RdbReader): Generator<readonly string[]> {
  const first = reader.milliseconds()
  for (let left = Number(reader.length()); left > 0 && reader.ok; left--) {
    const after = Number(reader.length())
    const pair = [reader.text(), reader.text()]
    yield after === 0 ? pair : [...pair, String(first + after - 1)]
  }
}
