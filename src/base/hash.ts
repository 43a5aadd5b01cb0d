// Non-cryptographic hashes over bytes and one-byte strings. All integer, all deterministic: digests,
// hash chains and key order depend on them, so a change here is a change of format.

/** A 64-bit hash value as two unsigned 32-bit halves. */
export interface Hash64 {
  readonly high: number
  readonly low: number
}

export const hashZero: Hash64 = { high: 0, low: 0 }

/** Whether two hashes are equal. */
export function hashEquals(a: Hash64, b: Hash64): boolean {
  return a.high === b.high && a.low === b.low
}

function mix(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

/** From so many bytes on, reading them as words is worth the view that it takes. */
const wordsMin = 512

/** Hash of bytes, chained after `previous`: two independent 32-bit lanes over 4-byte words. */
export function hashBytes(bytes: Uint8Array, previous: Hash64 = hashZero): Hash64 {
  let a = previous.high ^ 0x9e3779b9 ^ bytes.length
  let b = previous.low ^ 0x7f4a7c15
  const end = bytes.length
  const stop = end - 3
  let at = 0
  if (end >= wordsMin) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, end)
    for (; at < stop; at += 4) {
      const word = view.getInt32(at, true)
      a = Math.imul((a ^ word) + (b >>> 15), 0xcc9e2d51)
      b = Math.imul(((b << 13) | (b >>> 19)) + word, 0x1b873593) ^ a
    }
  }
  while (at < stop) {
    const word =
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24)
    a = Math.imul((a ^ word) + (b >>> 15), 0xcc9e2d51)
    b = Math.imul(((b << 13) | (b >>> 19)) + word, 0x1b873593) ^ a
    at += 4
  }
  while (at < end) {
    a = Math.imul(a ^ (bytes[at] as number), 0xcc9e2d51)
    b = Math.imul(((b << 13) | (b >>> 19)) + (bytes[at] as number), 0x1b873593) ^ a
    at++
  }
  return { high: mix(a + b) >>> 0, low: mix(b ^ (a << 1)) >>> 0 }
}

/** 32-bit hash of a one-byte string (char codes 0-255): orders keys inside a slot and spreads tables. */
export function hashString(text: string): number {
  let h = 0x811c9dc5 ^ text.length
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return mix(h) >>> 0
}
