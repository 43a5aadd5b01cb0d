// What a key holds. A string is the bare one-byte string, so that it costs no object of its own; every
// other type will be a container of segments.

/** The seam for hashes, lists, sets, sorted sets and streams; none is made yet. */
export interface Container {
  readonly type: 'hash' | 'list' | 'set' | 'zset' | 'stream'
  /** Bytes by the memory model. */
  readonly bytes: number
}

export type Value = string | Container

/** The type's name as TYPE and SCAN print it. */
export function typeName(value: Value): string {
  return typeof value === 'string' ? 'string' : value.type
}

/** Bytes of a one-byte string by the memory model. */
export function textBytes(text: string): number {
  return 16 + ((text.length + 7) & ~7)
}

/** Bytes of a value by the memory model. */
export function valueBytes(value: Value): number {
  return typeof value === 'string' ? textBytes(value) : value.bytes
}
