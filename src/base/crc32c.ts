// CRC32C (Castagnoli), slicing by eight: guards log records, checkpoint rows and peer frames.

const tables = makeTables()

function makeTables(): readonly Int32Array[] {
  const all: Int32Array[] = []
  for (let t = 0; t < 8; t++) all.push(new Int32Array(256))
  const first = all[0] as Int32Array
  for (let n = 0; n < 256; n++) {
    let c = n
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0x82f63b78 : c >>> 1
    first[n] = c
  }
  for (let t = 1; t < 8; t++) {
    const before = all[t - 1] as Int32Array
    const table = all[t] as Int32Array
    for (let n = 0; n < 256; n++) {
      const c = before[n] as number
      table[n] = (c >>> 8) ^ (first[c & 255] as number)
    }
  }
  return all
}

const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as [
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
]

/** CRC32C of `bytes[start, end)`, an unsigned 32-bit integer; `previous` continues an earlier call. */
export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length, previous = 0): number {
  let crc = ~previous
  let at = start
  const stop = end - 7
  while (at < stop) {
    const low =
      crc ^
      ((bytes[at] as number) |
        ((bytes[at + 1] as number) << 8) |
        ((bytes[at + 2] as number) << 16) |
        ((bytes[at + 3] as number) << 24))
    crc =
      (t7[low & 255] as number) ^
      (t6[(low >>> 8) & 255] as number) ^
      (t5[(low >>> 16) & 255] as number) ^
      (t4[low >>> 24] as number) ^
      (t3[bytes[at + 4] as number] as number) ^
      (t2[bytes[at + 5] as number] as number) ^
      (t1[bytes[at + 6] as number] as number) ^
      (t0[bytes[at + 7] as number] as number)
    at += 8
  }
  while (at < end) {
    crc = (crc >>> 8) ^ (t0[(crc ^ (bytes[at] as number)) & 255] as number)
    at++
  }
  return ~crc >>> 0
}
