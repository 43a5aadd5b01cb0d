// How the row keys of checkpoints end: an engine writes a segment anew under its stem and the number of
// the checkpoint, never over an older row. So a finished checkpoint N stays readable while N + 1 is
// written: of each stem, the row with the greatest number not above N counts. An empty value is a
// tombstone: the stem is gone since that checkpoint. No stem is a prefix of another one, so that the
// rows of one stem stand side by side.

/** Bytes of the checkpoint number at the end of a row key, big endian. */
export const rowNumberBytes = 4

/** Row key of a stem in checkpoint `number`, which is in [0, 2^32). */
export function rowKey(stem: string, number: number): string {
  return (
    stem +
    String.fromCharCode(number >>> 24, (number >>> 16) & 255, (number >>> 8) & 255, number & 255)
  )
}

/** Number of the checkpoint that wrote a row; 0 for a key too short to have one. */
export function rowNumber(key: string): number {
  const at = key.length - rowNumberBytes
  if (at < 0) return 0
  return (
    ((key.charCodeAt(at) << 24) |
      (key.charCodeAt(at + 1) << 16) |
      (key.charCodeAt(at + 2) << 8) |
      key.charCodeAt(at + 3)) >>>
    0
  )
}

/** A row key without its number. */
export function rowStem(key: string): string {
  return key.slice(0, Math.max(0, key.length - rowNumberBytes))
}
