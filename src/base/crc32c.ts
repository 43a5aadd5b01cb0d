// CRC32C (Castagnoli), slicing by sixteen, or by eight where there is little: guards log records, checkpoint rows and peer frames.

/** Sixteen tables of 256, one behind the other: the sum of a byte with so many others behind it. */
const table = makeTable()

function makeTable(): Int32Array {
  const made = new Int32Array(16 * 256)
  for (let n = 0; n < 256; n++) {
    let c = n
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0x82f63b78 : c >>> 1
    made[n] = c
  }
  for (let n = 256; n < made.length; n++) {
    const c = made[n - 256] as number
    made[n] = (c >>> 8) ^ (made[c & 255] as number)
  }
  return made
}

/** From so many bytes on, reading them as words is worth the view that it takes. */
const wordsMin = 256

/** CRC32C of `bytes[start, end)`, an unsigned 32-bit integer; `previous` continues an earlier call. */
export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length, previous = 0): number {
  let crc = ~previous
  let at = start
  if (end - start >= wordsMin) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    for (const stop = end - 15; at < stop; at += 16) {
      const a = crc ^ view.getInt32(at, true)
      const b = view.getInt32(at + 4, true)
      const c = view.getInt32(at + 8, true)
      const d = view.getInt32(at + 12, true)
      crc =
        (table[3840 + (a & 255)] as number) ^
        (table[3584 + ((a >>> 8) & 255)] as number) ^
        (table[3328 + ((a >>> 16) & 255)] as number) ^
        (table[3072 + (a >>> 24)] as number) ^
        (table[2816 + (b & 255)] as number) ^
        (table[2560 + ((b >>> 8) & 255)] as number) ^
        (table[2304 + ((b >>> 16) & 255)] as number) ^
        (table[2048 + (b >>> 24)] as number) ^
        eight(c, d)
    }
  }
  for (const stop = end - 7; at < stop; at += 8) {
    crc = eight(crc ^ littleEndian(bytes, at), littleEndian(bytes, at + 4))
  }
  while (at < end) {
    crc = (crc >>> 8) ^ (table[(crc ^ (bytes[at] as number)) & 255] as number)
    at++
  }
  return ~crc >>> 0
}

function littleEndian(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  )
}

/** Of the last eight bytes of a step. */
function eight(a: number, b: number): number {
  return (
    (table[1792 + (a & 255)] as number) ^
    (table[1536 + ((a >>> 8) & 255)] as number) ^
    (table[1280 + ((a >>> 16) & 255)] as number) ^
    (table[1024 + (a >>> 24)] as number) ^
    (table[768 + (b & 255)] as number) ^
    (table[512 + ((b >>> 8) & 255)] as number) ^
    (table[256 + ((b >>> 16) & 255)] as number) ^
    (table[b >>> 24] as number)
  )
}
