// What a string is held to cost.

/** Bytes of a one-byte string by the memory model. */
export function textBytes(text: string): number {
  return 16 + ((text.length + 7) & ~7)
}
