// Puts a meter into a WebAssembly module: every loop turn, every call and every 64 bytes moved in bulk
// take one from the exported global `gas`; below zero the module traps. Nothing that runs in it, be it
// Lua's virtual machine, its pattern matcher or a copy of bytes, can then take longer than its gas.
// Rewrites the binary format (WebAssembly core specification, chapter 5); knows no Lua.

const sections = { type: 1, import: 2, function: 3, global: 6, export: 7, code: 10 } as const
const externalGlobal = 3
const valueI32 = 0x7f
const op = {
  unreachable: 0x00,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  end: 0x0b,
  brTable: 0x0e,
  call: 0x10,
  callIndirect: 0x11,
  selectTyped: 0x1c,
  localGet: 0x20,
  localTee: 0x22,
  globalGet: 0x23,
  globalSet: 0x24,
  i32Const: 0x41,
  i32LessThan: 0x48,
  i32Subtract: 0x6b,
  i32ShiftRight: 0x76,
  prefix: 0xfc,
} as const
const noResult = 0x40
const memoryCopy = 10
const memoryFill = 11

class Bytes {
  readonly #bytes: Uint8Array
  at: number

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes
    this.at = at
  }

  get isDone(): boolean {
    return this.at >= this.#bytes.length
  }

  byte(): number {
    return this.#bytes[this.at++] as number
  }

  /** An unsigned number of up to 32 bits. */
  number(): number {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte()
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
  }

  /** Any number in LEB128, signed or not. */
  skipNumber(): void {
    while (this.byte() >= 0x80);
  }

  take(count: number): Uint8Array {
    this.at += count
    return this.#bytes.subarray(this.at - count, this.at)
  }

  slice(from: number, to: number): Uint8Array {
    return this.#bytes.subarray(from, to)
  }
}

function leb(value: number): number[] {
  const made: number[] = []
  let rest = value
  while (rest >= 128) {
    made.push((rest % 128) + 128)
    rest = Math.floor(rest / 128)
  }
  made.push(rest)
  return made
}

interface Section {
  readonly id: number
  readonly body: Uint8Array
}

/** The same module with the exported mutable global `gas` (i32). */
export function meter(module: Uint8Array): Uint8Array {
  const reader = new Bytes(module, 8)
  const found: Section[] = []
  while (!reader.isDone) found.push({ id: reader.byte(), body: reader.take(reader.number()) })
  const bodyOf = (id: number): Uint8Array =>
    found.find((each) => each.id === id)?.body ?? Uint8Array.of(0)
  const gas = new Bytes(bodyOf(sections.global)).number()
  const parameters = parametersOf(bodyOf(sections.type))
  const types = functionTypes(bodyOf(sections.function))
  const made = found.map(({ id, body }) => {
    if (id === sections.global) {
      return appended(id, body, [valueI32, 1, op.i32Const, 0, op.end])
    }
    if (id === sections.export) {
      return appended(id, body, [3, 0x67, 0x61, 0x73, externalGlobal, ...leb(gas)])
    }
    if (id !== sections.code) return { id, body }
    return { id, body: meterCode(body, gas, (i) => parameters[types[i] as number] as number) }
  })
  return joined(module.subarray(0, 8), made)
}

/** A vector section with one more item. */
function appended(id: number, body: Uint8Array, item: readonly number[]): Section {
  const reader = new Bytes(body)
  const count = reader.number()
  return { id, body: concat([leb(count + 1), body.subarray(reader.at), item]) }
}

function joined(head: Uint8Array, parts: readonly Section[]): Uint8Array {
  const made: (Uint8Array | readonly number[])[] = [head]
  for (const { id, body } of parts) made.push([id, ...leb(body.length)], body)
  return concat(made)
}

function concat(parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  const made = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    made.set(part, at)
    at += part.length
  }
  return made
}

/** Number of parameters of each function type. */
function parametersOf(body: Uint8Array): number[] {
  const reader = new Bytes(body)
  const made: number[] = []
  for (let left = reader.number(); left > 0; left--) {
    reader.byte()
    const count = reader.number()
    reader.take(count)
    reader.take(reader.number())
    made.push(count)
  }
  return made
}

function functionTypes(body: Uint8Array): number[] {
  const reader = new Bytes(body)
  const made: number[] = []
  for (let left = reader.number(); left > 0; left--) made.push(reader.number())
  return made
}

function meterCode(
  body: Uint8Array,
  gas: number,
  parameters: (index: number) => number,
): Uint8Array {
  const reader = new Bytes(body)
  const count = reader.number()
  const made: (Uint8Array | readonly number[])[] = [leb(count)]
  for (let i = 0; i < count; i++) {
    const metered = meterFunction(reader.take(reader.number()), gas, parameters(i))
    made.push(leb(metered.length), metered)
  }
  return concat(made)
}

function meterFunction(body: Uint8Array, gas: number, parameters: number): Uint8Array {
  const reader = new Bytes(body)
  const groups = reader.number()
  let local = parameters
  for (let g = 0; g < groups; g++) {
    local += reader.number()
    reader.byte()
  }
  const locals = body.subarray(groups < 128 ? 1 : 2, reader.at)
  // One more local for the length of a copy, behind all others.
  const made: (Uint8Array | readonly number[])[] = [leb(groups + 1), locals, [1, valueI32]]
  const charge = chargeOne(gas)
  made.push(charge)
  const entry = made.length - 1
  let mayRecur = false
  let from = reader.at
  while (!reader.isDone) {
    const at = reader.at
    const code = skipInstruction(reader)
    if (code === op.call || code === op.callIndirect) mayRecur = true
    if (code === op.loop) {
      made.push(reader.slice(from, reader.at), charge)
      from = reader.at
    } else if (code === memoryCopy + 256 || code === memoryFill + 256) {
      made.push(reader.slice(from, at), chargeBytes(gas, local))
      from = at
    }
  }
  made.push(reader.slice(from, reader.at))
  // What calls nothing costs its callers and its loops only.
  if (!mayRecur) made[entry] = []
  return concat(made)
}

function chargeOne(gas: number): number[] {
  const index = leb(gas)
  return [
    ...[op.globalGet, ...index, op.i32Const, 1, op.i32Subtract, op.globalSet, ...index],
    ...[op.globalGet, ...index, op.i32Const, 0, op.i32LessThan],
    ...[op.if, noResult, op.unreachable, op.end],
  ]
}

/** Takes one for each 64 bytes of the length on top of the stack, and leaves it there. */
function chargeBytes(gas: number, local: number): number[] {
  const index = leb(gas)
  return [
    ...[op.localTee, ...leb(local), op.globalGet, ...index],
    ...[op.localGet, ...leb(local), op.i32Const, 6, op.i32ShiftRight, op.i32Subtract],
    ...[op.globalSet, ...index],
  ]
}

/** Goes over one instruction; its code, behind the prefix plus 256. */
function skipInstruction(reader: Bytes): number {
  const code = reader.byte()
  if (code === op.block || code === op.loop || code === op.if) reader.skipNumber()
  else if (code === op.brTable) {
    for (let left = reader.number() + 1; left > 0; left--) reader.skipNumber()
  } else if (code === op.selectTyped) reader.take(reader.number())
  else if (code === op.prefix) return skipPrefixed(reader)
  else if (code === op.callIndirect || (code >= 0x28 && code <= 0x3e)) {
    reader.skipNumber()
    reader.skipNumber()
  } else if (hasOneNumber(code)) reader.skipNumber()
  else if (code === 0x43) reader.take(4)
  else if (code === 0x44) reader.take(8)
  else if (!hasNothing(code)) throw new Error(`WebAssembly instruction ${code} is not known`)
  return code
}

/** br, br_if, call, variables and tables, memory.size and memory.grow, constants, references. */
function hasOneNumber(code: number): boolean {
  return (
    code === 0x0c ||
    code === 0x0d ||
    code === 0x10 ||
    (code >= 0x20 && code <= 0x26) ||
    (code >= 0x3f && code <= 0x42) ||
    code === 0xd0 ||
    code === 0xd2
  )
}

function hasNothing(code: number): boolean {
  if (code >= 0x45 && code <= 0xc4) return true
  return [0x00, 0x01, 0x05, 0x0b, 0x0f, 0x1a, 0x1b, 0xd1].includes(code)
}

/** Saturating conversions have nothing behind them, bulk operations on memory and tables one or two numbers. */
function skipPrefixed(reader: Bytes): number {
  const code = reader.number()
  if (code >= 8) reader.skipNumber()
  if (code === 8 || code === memoryCopy || code === 12 || code === 14) reader.skipNumber()
  return code + 256
}
