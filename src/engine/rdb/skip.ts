// Steps over one value of a file without making anything of it: where it ends is all that RESTORE needs.

import type { RdbReader } from './reader.js'
import { rdbTypes } from './types.js'

const types = rdbTypes
/** Redis' halves of 64 bits, and ids of streams. */
const doubleBytes = 8
const timeBytes = 8
const idBytes = 16

/** False where the type is not known; whether the bytes sufficed says `reader.ok`. */
export function skipValue(reader: RdbReader, type: number): boolean {
  switch (type) {
    case types.string:
    case types.hashZipmap:
    case types.listZiplist:
    case types.setIntset:
    case types.zsetZiplist:
    case types.hashZiplist:
    case types.hashListpack:
    case types.zsetListpack:
    case types.setListpack:
      reader.skipText()
      return true
    case types.list:
    case types.set:
    case types.listQuicklist:
      return each(reader, () => reader.skipText())
    case types.hash:
      return each(reader, () => {
        reader.skipText()
        reader.skipText()
      })
    case types.zset:
      return each(reader, () => {
        reader.skipText()
        reader.oldDouble()
      })
    case types.zset2:
      return each(reader, () => {
        reader.skipText()
        reader.skip(doubleBytes)
      })
    case types.listQuicklist2:
      return each(reader, () => {
        reader.length()
        reader.skipText()
      })
    case types.hashTimed:
      reader.skip(timeBytes)
      return each(reader, () => {
        reader.length()
        reader.skipText()
        reader.skipText()
      })
    case types.hashListpackTimed:
      reader.skip(timeBytes)
      reader.skipText()
      return true
    case types.streamListpacks:
    case types.streamListpacks2:
    case types.streamListpacks3:
      skipStream(reader, type)
      return true
    default:
      return false
  }
}

function each(reader: RdbReader, skip: () => void): true {
  for (let left = Number(reader.length()); left > 0 && reader.ok; left--) skip()
  return true
}

function skipStream(reader: RdbReader, type: number): void {
  const ids = (count: number): void => {
    for (let left = count * 2; left > 0; left--) reader.length()
  }
  each(reader, () => {
    reader.skipText()
    reader.skipText()
  })
  reader.length()
  ids(1)
  if (type !== types.streamListpacks) {
    ids(2)
    reader.length()
  }
  each(reader, () => {
    reader.skipText()
    ids(1)
    if (type !== types.streamListpacks) reader.length()
    each(reader, () => {
      reader.skip(idBytes + timeBytes)
      reader.length()
    })
    each(reader, () => {
      reader.skipText()
      reader.skip(type === types.streamListpacks3 ? timeBytes * 2 : timeBytes)
      each(reader, () => reader.skip(idBytes))
    })
  })
}
