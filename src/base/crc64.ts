// CRC-64 as Redis has it under its dumps (Jones, reflected, zero at both ends), in halves of 32 bits.

const polyHigh = 0x95ac9329
const polyLow = 0xac4bc9b5

const highs = new Uint32Array(256)
const lows = new Uint32Array(256)
for (let byte = 0; byte < 256; byte++) {
  let high = 0
  let low = byte
  for (let bit = 0; bit < 8; bit++) {
    const carry = low & 1
    low = ((low >>> 1) | (high << 31)) >>> 0
    high >>>= 1
    if (carry === 0) continue
    high = (high ^ polyHigh) >>> 0
    low = (low ^ polyLow) >>> 0
  }
  highs[byte] = high
  lows[byte] = low
}

/** Of one-byte characters; eight one-byte characters, little endian. */
export function crc64(text: string): string {
  let high = 0
  let low = 0
  for (let i = 0; i < text.length; i++) {
    const at = (low ^ text.charCodeAt(i)) & 255
    low = (((low >>> 8) | (high << 24)) ^ (lows[at] as number)) >>> 0
    high = ((high >>> 8) ^ (highs[at] as number)) >>> 0
  }
  return bytesOf(low) + bytesOf(high)
}

function bytesOf(word: number): string {
  return String.fromCharCode(word & 255, (word >>> 8) & 255, (word >>> 16) & 255, word >>> 24)
}
