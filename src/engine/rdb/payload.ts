// DUMP's payload and RESTORE's reading of it: type, content, version, CRC-64.

import type { Buffer } from 'node:buffer'
import { Crc64 } from '../../base/crc64.js'
import { versionMax } from './types.js'

const footerBytes = 10

/** Where the content ends: null unless version and checksum are right. */
export function payloadEnd(bytes: Buffer): number | null {
  const length = bytes.length
  if (length < footerBytes || bytes.readUInt16LE(length - footerBytes) > versionMax) return null
  const sum = new Crc64()
  sum.add(bytes, 0, length - 8)
  const isRight =
    bytes.readUInt32LE(length - 8) === sum.low && bytes.readUInt32LE(length - 4) === sum.high
  return isRight ? length - footerBytes : null
}
