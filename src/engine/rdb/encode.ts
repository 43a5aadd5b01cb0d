// A value as Redis 7.0 dumps it: the type, then its content in the encoding that OBJECT ENCODING names.
// Hashes with fields that end are dumped as Redis 7.4 does it, which older ones refuse.

import { formatDouble } from '../../base/double.js'
import type { HashValue } from '../values/hash.js'
import { hashEncodings } from '../values/hash.js'
import type { ListValue } from '../values/list.js'
import { orderedMembers, setEncodings, type SetValue } from '../values/set.js'
import type { Value } from '../values/value.js'
import { zsetEncodings, type ZsetValue } from '../values/zset.js'
import { writeIntset } from './intset.js'
import { ListpackWriter } from './listpack.js'
import { encodeStream } from './stream-encode.js'
import { rdbTypes, versionTimed, versionWritten, type Work } from './types.js'
import type { RdbWriter } from './writer.js'

/** Redis' `list-max-listpack-size` of -2, and what it reckons for an element's head. */
const listNodeBytesMax = 8192
const listElementHead = 8
const integerScoreMax = Number(1n << 62n)
/** A node of a list is a listpack. */
const packedNode = 2

/** Writes a value; the version it needs. */
export function* encodeValue(writer: RdbWriter, value: Value): Work<number> {
  if (typeof value === 'string') {
    writer.byte(rdbTypes.string)
    writer.text(value)
    return versionWritten
  }
  switch (value.type) {
    case 'list':
      yield* encodeList(writer, value)
      break
    case 'set':
      yield* encodeSet(writer, value)
      break
    case 'zset':
      yield* encodeZset(writer, value)
      break
    case 'hash':
      return yield* encodeHash(writer, value)
    case 'stream':
      yield* encodeStream(writer, value)
  }
  return versionWritten
}

function* encodeList(writer: RdbWriter, list: ListValue): Work<void> {
  const nodes: Buffer[] = []
  const node = new ListpackWriter()
  for (const part of list.body.parts) {
    for (const item of part.items) {
      if (node.count > 0 && node.size + item.length + listElementHead > listNodeBytesMax) {
        nodes.push(node.finish())
      }
      node.text(item)
      yield
    }
  }
  nodes.push(node.finish())
  writer.byte(rdbTypes.listQuicklist2)
  writer.length(nodes.length)
  for (const each of nodes) {
    writer.length(packedNode)
    writer.blob(each)
    yield
  }
}

function* encodeSet(writer: RdbWriter, set: SetValue): Work<void> {
  if (set.encoding === setEncodings.intset) {
    writer.byte(rdbTypes.setIntset)
    writer.blob(writeIntset(orderedMembers(set)))
    return
  }
  writer.byte(rdbTypes.set)
  writer.length(set.body.size)
  for (const part of set.body.parts) {
    for (const member of part.map.keys()) {
      writer.text(member)
      yield
    }
  }
}

function* encodeZset(writer: RdbWriter, zset: ZsetValue): Work<void> {
  const { parts } = zset.body
  if (zset.encoding === zsetEncodings.listpack) {
    const pack = new ListpackWriter()
    for (const part of parts) {
      for (let i = 0; i < part.size; i++) {
        pack.text(part.member(i))
        packScore(pack, part.scores[i] as number)
      }
    }
    writer.byte(rdbTypes.zsetListpack)
    writer.blob(pack.finish())
    return
  }
  writer.byte(rdbTypes.zset2)
  writer.length(zset.body.size)
  for (let index = parts.length - 1; index >= 0; index--) {
    const part = parts[index]
    if (part === undefined) continue
    for (let i = part.size - 1; i >= 0; i--) {
      writer.text(part.member(i))
      writer.double(part.scores[i] as number)
      yield
    }
  }
}

/** Redis keeps a score that is an integer as one, up to 2^62. */
function packScore(pack: ListpackWriter, score: number): void {
  if (Number.isInteger(score) && Math.abs(score) <= integerScoreMax) pack.integer(BigInt(score))
  else pack.text(formatDouble(score))
}

function* encodeHash(writer: RdbWriter, hash: HashValue): Work<number> {
  const first = firstTime(hash)
  if (first !== null) return yield* encodeTimedHash(writer, hash, first)
  if (hash.encoding === hashEncodings.listpack) {
    const pack = new ListpackWriter()
    for (const part of hash.body.parts) {
      for (const [field, text] of part.map) {
        pack.text(field)
        pack.text(text)
      }
    }
    writer.byte(rdbTypes.hashListpack)
    writer.blob(pack.finish())
    return versionWritten
  }
  writer.byte(rdbTypes.hash)
  writer.length(hash.body.size)
  for (const part of hash.body.parts) {
    for (const [field, text] of part.map) {
      writer.text(field)
      writer.text(text)
      yield
    }
  }
  return versionWritten
}

/** Times count from the first one on, plus one; 0 is for fields that do not end. */
function* encodeTimedHash(writer: RdbWriter, hash: HashValue, first: number): Work<number> {
  writer.byte(rdbTypes.hashTimed)
  writer.milliseconds(first)
  writer.length(hash.body.size)
  for (const part of hash.body.parts) {
    for (const [field, text] of part.map) {
      const time = part.times?.get(field)
      writer.length(time === undefined ? 0 : time - first + 1)
      writer.text(field)
      writer.text(text)
      yield
    }
  }
  return versionTimed
}

function firstTime(hash: HashValue): number | null {
  let first: number | null = null
  for (const part of hash.body.parts) {
    for (const time of part.times?.values() ?? []) {
      if (first === null || time < first) first = time
    }
  }
  return first
}
