// HyperLogLogs, byte for byte as Redis keeps them in a string: a header of 16 bytes with the cached
// cardinality, then 16,384 registers of 6 bits (dense) or runs of equal registers (sparse). The estimate
// needs square roots only, which every runtime rounds alike, so that replicas agree on the cached one.

import { Buffer } from 'node:buffer'

export const registers = 16_384
const headerBytes = 16
const denseBytes = headerBytes + (registers * 6) / 8
/** With its header; above it a sparse one that grows becomes dense: `hll-sparse-max-bytes`. */
const sparseBytesMax = 3_000
const sparseValueMax = 32
/** Longest runs of the opcodes ZERO, XZERO and VAL. */
const zeroMax = 64
const valueMax = 4
/** Greatest count of a register less one. */
const countBits = 50
const outOfRange = Number(1n << 63n)
const alpha = 0.7213475204444817

const newText = `HYLL\x01${'\0'.repeat(11)}\x7f\xff`

/** Whether a string may be a HyperLogLog; the runs of a sparse one are looked at later. */
export function isHyperLogLog(text: string): boolean {
  if (text.length < headerBytes || !text.startsWith('HYLL')) return false
  const encoding = text.charCodeAt(4)
  return encoding === 1 || (encoding === 0 && text.length === denseBytes)
}

/** One run of equal registers in a sparse one. */
interface Run {
  readonly value: number
  readonly length: number
  readonly bytes: 1 | 2
}

export class HyperLogLog {
  #bytes: Buffer
  /** Bytes in use; there may be more. */
  #end: number

  /** Of a string that `isHyperLogLog`, or a new one. */
  constructor(text: string = newText) {
    this.#end = text.length
    this.#bytes = Buffer.allocUnsafeSlow(Math.max(text.length + 64, 4_096))
    this.#bytes.latin1Write(text, 0, text.length)
  }

  get isDense(): boolean {
    return this.#bytes[4] === 0
  }

  toText(): string {
    return this.#bytes.latin1Slice(0, this.#end)
  }

  /** The cached cardinality, null where there is none. */
  get cached(): number | bigint | null {
    if (((this.#bytes[15] as number) & 128) !== 0) return null
    const value = this.#bytes.readBigUInt64LE(8)
    return value <= 9007199254740991n ? Number(value) : value
  }

  cache(cardinality: bigint): void {
    this.#bytes.writeBigInt64LE(cardinality, 8)
  }

  invalidate(): void {
    this.#bytes[15] = (this.#bytes[15] as number) | 128
  }

  /** Raises a register to `count`; whether that changed it, null where the runs are corrupt. */
  raise(register: number, count: number): boolean | null {
    return this.isDense ? this.#raiseDense(register, count) : this.#raiseSparse(register, count)
  }

  /** Makes it dense; false where the runs are corrupt. */
  toDense(): boolean {
    if (this.isDense) return true
    const counts = this.counts()
    if (counts === null) return false
    const made = Buffer.alloc(denseBytes)
    this.#bytes.copy(made, 0, 0, headerBytes)
    made[4] = 0
    this.#bytes = made
    this.#end = denseBytes
    for (let i = 0; i < registers; i++) {
      if ((counts[i] as number) > 0) this.#raiseDense(i, counts[i] as number)
    }
    return true
  }

  /** All registers, null where the runs are corrupt. */
  counts(): Uint8Array | null {
    const made = new Uint8Array(registers)
    if (this.isDense) {
      // Four registers stand in three bytes.
      const bytes = this.#bytes
      for (let i = 0, at = headerBytes; i < registers; i += 4, at += 3) {
        const four =
          (bytes[at] as number) |
          ((bytes[at + 1] as number) << 8) |
          ((bytes[at + 2] as number) << 16)
        made[i] = four & 63
        made[i + 1] = (four >> 6) & 63
        made[i + 2] = (four >> 12) & 63
        made[i + 3] = four >> 18
      }
      return made
    }
    let at = 0
    for (let place = headerBytes; place < this.#end; ) {
      const { value, length, bytes } = this.#run(place)
      if (at + length > registers) return null
      if (value > 0) made.fill(value, at, at + length)
      at += length
      place += bytes
    }
    return at === registers ? made : null
  }

  /** PFDEBUG DECODE: the runs in words. */
  describe(): string {
    const words: string[] = []
    for (let place = headerBytes; place < this.#end; ) {
      const { value, length, bytes } = this.#run(place)
      words.push(value > 0 ? `v:${value},${length}` : bytes === 2 ? `Z:${length}` : `z:${length}`)
      place += bytes
    }
    return words.join(' ')
  }

  #dense(register: number): number {
    const bit = register * 6
    const at = headerBytes + (bit >> 3)
    const both = (this.#bytes[at] as number) | ((this.#bytes[at + 1] ?? 0) << 8)
    return (both >> (bit & 7)) & 63
  }

  #raiseDense(register: number, count: number): boolean {
    const before = this.#dense(register)
    if (before >= count) return false
    const bit = register * 6
    const at = headerBytes + (bit >> 3)
    const change = (before ^ count) << (bit & 7)
    this.#bytes[at] = (this.#bytes[at] as number) ^ (change & 255)
    if (change > 255) this.#bytes[at + 1] = (this.#bytes[at + 1] as number) ^ (change >> 8)
    return true
  }

  #run(place: number): Run {
    return {
      value: this.#valueAt(place),
      length: this.#lengthAt(place),
      bytes: this.#bytesAt(place),
    }
  }

  #valueAt(place: number): number {
    const byte = this.#bytes[place] as number
    return byte >= 128 ? ((byte >> 2) & 31) + 1 : 0
  }

  #lengthAt(place: number): number {
    const byte = this.#bytes[place] as number
    if (byte >= 128) return (byte & 3) + 1
    if (byte < 64) return byte + 1
    const next = place + 1 < this.#end ? (this.#bytes[place + 1] as number) : 0
    return ((byte & 63) << 8) + next + 1
  }

  #bytesAt(place: number): 1 | 2 {
    const byte = this.#bytes[place] as number
    return byte >= 64 && byte < 128 ? 2 : 1
  }

  #raiseSparse(register: number, count: number): boolean | null {
    if (count > sparseValueMax) return this.#promote(register, count)
    let first = 0
    let before = headerBytes
    let place = headerBytes
    while (place < this.#end) {
      const length = this.#lengthAt(place)
      if (register < first + length) break
      before = place
      place += this.#bytesAt(place)
      first += length
    }
    if (place >= this.#end) return null
    const run = this.#run(place)
    if (run.value >= count) return false
    const made: number[] = []
    if (run.length === 1 && run.bytes === 1) made.push(valueRun(count, 1))
    else {
      pushRun(made, run.value, register - first)
      made.push(valueRun(count, 1))
      pushRun(made, run.value, first + run.length - 1 - register)
      const growth = made.length - run.bytes
      if (growth > 0 && this.#end + growth > sparseBytesMax) {
        return this.#promote(register, count)
      }
    }
    this.#splice(place, run.bytes, made)
    this.#join(before)
    this.invalidate()
    return true
  }

  #promote(register: number, count: number): boolean | null {
    return this.toDense() ? this.#raiseDense(register, count) : null
  }

  #splice(place: number, count: number, made: readonly number[]): void {
    const growth = made.length - count
    if (growth !== 0) {
      if (this.#end + growth > this.#bytes.length) {
        const grown = Buffer.allocUnsafeSlow(this.#bytes.length * 2)
        this.#bytes.copy(grown, 0, 0, this.#end)
        this.#bytes = grown
      }
      this.#bytes.copyWithin(place + made.length, place + count, this.#end)
      this.#end += growth
    }
    for (let i = 0; i < made.length; i++) this.#bytes[place + i] = made[i] as number
  }

  /** Joins neighbouring values that became equal, over five opcodes from `place` on, as Redis does. */
  #join(place: number): void {
    let at = place
    for (let left = 5; left > 0 && at < this.#end; left--) {
      const run = this.#run(at)
      const next = at + 1 < this.#end ? this.#run(at + 1) : null
      const length = run.length + (next?.length ?? 0)
      if (run.value > 0 && next?.value === run.value && length <= valueMax) {
        this.#splice(at, 2, [valueRun(run.value, length)])
      } else at += run.bytes
    }
  }
}

function valueRun(value: number, length: number): number {
  return 128 | ((value - 1) << 2) | (length - 1)
}

function pushRun(made: number[], value: number, length: number): void {
  if (length === 0) return
  if (value > 0) made.push(valueRun(value, length))
  else if (length <= zeroMax) made.push(length - 1)
  else made.push(64 | ((length - 1) >> 8), (length - 1) & 255)
}

/** The estimate of Ertl's improved estimator, rounded half away from zero. */
export function estimate(counts: Uint8Array): bigint {
  const histogram = new Int32Array(64)
  for (const count of counts) histogram[count] = (histogram[count] as number) + 1
  let z = registers * tau((registers - (histogram[countBits + 1] as number)) / registers)
  for (let count = countBits; count >= 1; count--) {
    z += histogram[count] as number
    z *= 0.5
  }
  z += registers * sigma((histogram[0] as number) / registers)
  const value = (alpha * registers * registers) / z
  // Registers that no elements could have raised so far: as Redis on x86 says.
  if (!(value < outOfRange)) return BigInt.asIntN(64, BigInt(outOfRange))
  const whole = Math.floor(value)
  return BigInt(value - whole >= 0.5 ? whole + 1 : whole)
}

function tau(start: number): number {
  if (start === 0 || start === 1) return 0
  let x = start
  let y = 1
  let z = 1 - x
  for (let before = -1; before !== z; ) {
    x = Math.sqrt(x)
    before = z
    y *= 0.5
    z -= (1 - x) * (1 - x) * y
  }
  return z / 3
}

function sigma(start: number): number {
  if (start === 1) return Number.POSITIVE_INFINITY
  let x = start
  let y = 1
  let z = x
  for (let before = -1; before !== z; ) {
    x *= x
    before = z
    z += x * y
    y += y
  }
  return z
}
