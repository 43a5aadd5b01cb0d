// The shard's part of a checkpoint or snapshot, beside the engine's rows: the windows of answers, the
// commands that wait, and where order is not total what strategy and engine need to merge.

import { ByteReader, ByteWriter } from '../base/bytes.js'
import { hasBug } from '../base/seeded-bug.js'
import type { Windows } from './windows.js'

/** Version 1 knew no commands that wait, version 2 nothing to merge. */
const metaVersion = 3

/** What is there to merge with, at the place of the checkpoint. */
export interface MergeMeta {
  /** `Strategy.mark`. */
  readonly mark: Uint8Array
  /** `EngineMerging.saveUnstable`. */
  readonly unstable: Uint8Array
}

/** `merges` is null where order is total. */
export function encodeMeta(windows: Windows, merges: MergeMeta | null): Uint8Array {
  const writer = new ByteWriter(256).byte(metaVersion)
  windows.encode(writer)
  windows.waiters.encode(writer)
  writer.boolean(merges !== null)
  if (merges !== null) writer.blob(merges.mark).blob(merges.unstable)
  return writer.finish()
}

/**
 * Replaces windows and waiters; where members merge nobody waits: waiters are those of one run of one member,
 * and would take elements here for clients of another one. False where the bytes are none that this version knows. */
export function decodeMeta(meta: Uint8Array, windows: Windows): MergeMeta | boolean {
  const reader = new ByteReader(meta)
  const version = reader.byte()
  if (version < 1 || version > metaVersion || !windows.decode(reader)) return false
  if (version === 1) {
    windows.waiters.clear()
    return true
  }
  if (!windows.waiters.decode(reader)) return false
  if (version === 2 || !reader.boolean()) return reader.ok
  const merges = { mark: reader.blob(), unstable: reader.blob() }
  if (!hasBug('shard-waiters-of-others')) windows.waiters.clear()
  return reader.ok ? merges : false
}
