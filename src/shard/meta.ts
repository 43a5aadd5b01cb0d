// The shard's part of a checkpoint or snapshot, beside the engine's rows: the windows of answers, and
// the commands that wait.

import { ByteReader, ByteWriter } from '../base/bytes.js'
import type { Windows } from './windows.js'

/** Version 1 knew no commands that wait. */
const metaVersion = 2

export function encodeMeta(windows: Windows): Uint8Array {
  const writer = new ByteWriter(256).byte(metaVersion)
  windows.encode(writer)
  windows.waiters.encode(writer)
  return writer.finish()
}

/** Replaces everything; false where the bytes are none that this version knows. */
export function decodeMeta(meta: Uint8Array, windows: Windows): boolean {
  const reader = new ByteReader(meta)
  const version = reader.byte()
  if (version < 1 || version > metaVersion || !windows.decode(reader)) return false
  if (version === 1) windows.waiters.clear()
  return version === 1 || windows.waiters.decode(reader)
}
