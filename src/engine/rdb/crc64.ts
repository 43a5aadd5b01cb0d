// CRC-64 as Redis closes a DUMP with: the polynomial of Jones, reflected, no inversion. In halves of 32
// bits, a table lookup a byte.

const polynomialHigh = 0x95ac9329
const polynomialLow = 0xac4bc9b5

const tableHigh = new Uint32Array(256)
const tableLow = new Uint32Array(256)

for (let byte = 0; byte < 256; byte++) {
  let high = 0
  let low = byte
  for (let bit = 0; bit < 8; bit++) {
    const isOdd = (low & 1) === 1
    low = (low >>> 1) | (high << 31)
    high >>>= 1
    if (isOdd) {
      high ^= polynomialHigh
      low ^= polynomialLow
    }
  }
  tableHigh[byte] = high
  tableLow[byte] = low
}

/** A sum that goes on over many pieces. */
export class Crc64 {
  #high = 0
  #low = 0

  add(bytes: Uint8Array, from: number, to: number): void {
    let high = this.#high
    let low = this.#low
    for (let at = from; at < to; at++) {
      const index = (low ^ (bytes[at] as number)) & 255
      low = ((low >>> 8) | (high << 24)) ^ (tableLow[index] as number)
      high = (high >>> 8) ^ (tableHigh[index] as number)
    }
    this.#high = high >>> 0
    this.#low = low >>> 0
  }

  get high(): number {
    return this.#high
  }

  get low(): number {
    return this.#low
  }
}
