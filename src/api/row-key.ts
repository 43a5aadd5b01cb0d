// How the row keys of checkpoints end: an engine writes a segment anew under its stem and the number of
// the checkpoint, never over an older row. So a finished checkpoint N stays readable while N + 1 is
// written: of each stem, the row with the greatest number not above N counts. An empty value is a
// tombstone: the stem is gone since that checkpoint, though its older row may still be there. No stem
// is a prefix of another one, so that the rows of one stem stand side by side.

/** Bytes of the checkpoint number at the end of a row key, big endian. */
export const rowNumberBytes = 6

/** Row key of a stem in checkpoint `number`, which is in [0, 2^48). */
export function rowKey(stem: string, number: number): string {
  const high = Math.floor(number / 0x100000000)
  return (
    stem +
    String.fromCharCode(
      (high >>> 8) & 255,
      high & 255,
      (number >>> 24) & 255,
      (number >>> 16) & 255,
      (number >>> 8) & 255,
      number & 255,
    )
  )
}

/** Number of the checkpoint that wrote a row; 0 for a key too short to have one. */
export function rowNumber(key: string): number {
  const at = key.length - rowNumberBytes
  if (at < 0) return 0
  let number = 0
  for (let i = at; i < key.length; i++) number = number * 256 + key.charCodeAt(i)
  return number
}

/** A row key without its number. */
export function rowStem(key: string): string {
  return key.slice(0, Math.max(0, key.length - rowNumberBytes))
}
