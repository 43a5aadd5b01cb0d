// The slot of a key, exactly as Redis Cluster computes it: CRC16 (XMODEM) of the hash tag, mod 16384.

/** Number of slots of a cluster. */
export const slotCount = 16384

const openBrace = 123
const table = makeTable()

function makeTable(): Uint16Array {
  const made = new Uint16Array(256)
  for (let n = 0; n < 256; n++) {
    let crc = n << 8
    for (let k = 0; k < 8; k++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1
    made[n] = crc
  }
  return made
}

/** CRC16/XMODEM of `text[start, end)`, one-byte characters. */
export function crc16(text: string, start = 0, end = text.length): number {
  let crc = 0
  for (let i = start; i < end; i++) {
    crc = ((crc << 8) & 0xffff) ^ (table[((crc >>> 8) ^ text.charCodeAt(i)) & 255] as number)
  }
  return crc
}

/** The slot of a key, in [0, 16383]: between the first `{` and the next `}` when that is not empty. */
export function keySlot(key: string): number {
  let crc = 0
  for (let i = 0; i < key.length; i++) {
    const char = key.charCodeAt(i)
    if (char === openBrace) return tagSlot(key, i)
    crc = ((crc << 8) & 0xffff) ^ (table[((crc >>> 8) ^ char) & 255] as number)
  }
  return crc & 16383
}

/** The same for a key whose first `{` is at `open`. */
function tagSlot(key: string, open: number): number {
  const close = key.indexOf('}', open + 1)
  const isTagged = close > open + 1
  return (isTagged ? crc16(key, open + 1, close) : crc16(key)) & 16383
}
