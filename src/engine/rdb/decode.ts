// A value of a dump, of any version that Redis 7.4 reads. Hostile bytes make nothing: null unless every
// length, order and number is right.

import type { Effects } from '../effects.js'
import { expiryMax } from '../expiry.js'
import { HashValue } from '../values/hash.js'
import { parseInt64 } from '../values/integer.js'
import { ListValue } from '../values/list.js'
import { SetValue } from '../values/set.js'
import type { Value } from '../values/value.js'
import { ZsetValue } from '../values/zset.js'
import { parseDouble } from '../../base/parse-double.js'
import { readIntset } from './intset.js'
import { readListpack } from './listpack.js'
import type { RdbReader } from './reader.js'
import { decodeStream } from './stream-decode.js'
import { rdbTypes, type Work } from './types.js'
import { readZiplist, readZipmap } from './ziplist.js'

const types = rdbTypes
/** Kinds of a list's node. */
const plainNode = 1
const packedNode = 2

/** Reads a value with its type; null where the bytes are none. */
export function* decodeValue(reader: RdbReader, effects: Effects): Work<Value | null> {
  const type = reader.byte()
  const value = yield* decodeType(type, reader, effects)
  if (value === null || !reader.ok) return null
  const isEmpty = typeof value !== 'string' && value.type !== 'stream' && value.body.size === 0
  return isEmpty ? null : value
}

function* decodeType(type: number, reader: RdbReader, effects: Effects): Work<Value | null> {
  switch (type) {
    case types.string:
      return reader.text()
    case types.list:
    case types.listZiplist:
    case types.listQuicklist:
    case types.listQuicklist2:
      return yield* decodeList(type, reader, effects)
    case types.set:
    case types.setIntset:
    case types.setListpack:
      return yield* decodeSet(type, reader, effects)
    case types.zset:
    case types.zset2:
    case types.zsetZiplist:
    case types.zsetListpack:
      return yield* decodeZset(type, reader, effects)
    case types.hash:
    case types.hashZipmap:
    case types.hashZiplist:
    case types.hashListpack:
      return yield* decodeHash(type, reader, effects)
    case types.hashTimed:
    case types.hashListpackTimed:
      return yield* decodeTimedHash(type, reader, effects)
    case types.streamListpacks:
    case types.streamListpacks2:
    case types.streamListpacks3:
      return yield* decodeStream(type, reader, effects)
    default:
      return null
  }
}

function* decodeList(type: number, reader: RdbReader, effects: Effects): Work<ListValue | null> {
  const list = new ListValue()
  if (type === types.list) {
    for (let left = reader.count(); left > 0 && reader.ok; left--) {
      effects.lists.pushRight('', list, reader.text())
      yield
    }
    return list
  }
  for (let left = type === types.listZiplist ? 1 : reader.count(); left > 0; left--) {
    const items = readNode(type, reader)
    if (items === null) return null
    for (const item of items) {
      effects.lists.pushRight('', list, item)
      yield
    }
    yield
  }
  return list
}

function readNode(type: number, reader: RdbReader): readonly string[] | null {
  if (type !== types.listQuicklist2) return readZiplist(reader.blob())
  const kind = reader.length()
  if (kind === plainNode) return [reader.text()]
  return kind === packedNode ? readListpack(reader.blob()) : null
}

function* decodeSet(type: number, reader: RdbReader, effects: Effects): Work<SetValue | null> {
  const set = new SetValue()
  if (type === types.set) {
    for (let left = reader.count(); left > 0; left--) {
      const member = reader.text()
      if (!reader.ok || !effects.sets.add('', set, member)) return null
      yield
    }
    return set
  }
  const members = type === types.setIntset ? readIntset(reader.blob()) : readListpack(reader.blob())
  if (members === null) return null
  for (const member of members) {
    if (!effects.sets.add('', set, member)) return null
    yield
  }
  return set
}

function* decodeZset(type: number, reader: RdbReader, effects: Effects): Work<ZsetValue | null> {
  const zset = new ZsetValue()
  const add = (member: string, score: number): boolean => {
    if (Number.isNaN(score) || zset.scores.get(member) !== undefined) return false
    effects.zsets.set('', zset, { member, score })
    return true
  }
  if (type === types.zset || type === types.zset2) {
    for (let left = reader.count(); left > 0; left--) {
      const member = reader.text()
      const score = type === types.zset ? reader.oldDouble() : reader.double()
      if (!reader.ok || !add(member, score)) return null
      yield
    }
    return zset
  }
  const texts =
    type === types.zsetListpack ? readListpack(reader.blob()) : readZiplist(reader.blob())
  if (texts === null || texts.length % 2 === 1) return null
  for (let i = 0; i < texts.length; i += 2) {
    const score = parseDouble(texts[i + 1] as string)
    if (score === null || !add(texts[i] as string, score)) return null
    yield
  }
  return zset
}

function* decodeHash(type: number, reader: RdbReader, effects: Effects): Work<HashValue | null> {
  const hash = new HashValue()
  if (type === types.hash) {
    for (let left = reader.count(2); left > 0; left--) {
      const field = reader.text()
      const text = reader.text()
      if (!reader.ok || !effects.hashes.set('', hash, field, text)) return null
      yield
    }
    return hash
  }
  const texts = readPairs(type, reader)
  if (texts === null || texts.length % 2 === 1) return null
  for (let i = 0; i < texts.length; i += 2) {
    if (!effects.hashes.set('', hash, texts[i] as string, texts[i + 1] as string)) return null
    yield
  }
  return hash
}

function readPairs(type: number, reader: RdbReader): readonly string[] | null {
  const bytes = reader.blob()
  if (type === types.hashZipmap) return readZipmap(bytes)
  return type === types.hashZiplist ? readZiplist(bytes) : readListpack(bytes)
}

/** As Redis 7.4 dumps hashes with fields that end: times count from the first one, or stand in a listpack. */
function* decodeTimedHash(
  type: number,
  reader: RdbReader,
  effects: Effects,
): Work<HashValue | null> {
  const hash = new HashValue()
  const first = reader.milliseconds()
  const add = (field: string, text: string, at: number): boolean => {
    const isSane = Number.isSafeInteger(at) && at >= 0 && at <= expiryMax
    if (!isSane || !effects.hashes.set('', hash, field, text)) return false
    if (at > 0) effects.hashes.expire({ key: '', hash }, field, at)
    return true
  }
  if (type === types.hashTimed) {
    for (let left = reader.count(3); left > 0; left--) {
      const after = reader.length()
      const field = reader.text()
      const text = reader.text()
      const at = after === 0 ? 0 : first + Number(after) - 1
      if (!reader.ok || !add(field, text, at)) return null
      yield
    }
    return hash
  }
  const texts = readListpack(reader.blob())
  if (texts === null || texts.length % 3 !== 0) return null
  for (let i = 0; i < texts.length; i += 3) {
    const at = parseInt64(texts[i + 2] as string)
    if (typeof at !== 'number' || !add(texts[i] as string, texts[i + 1] as string, at)) return null
    yield
  }
  return hash
}
