// BITFIELD and BITFIELD_RO: all operations are read before any is done, in Redis' order of checks. The
// string grows once, to the highest bit that is written, even where every write fails by OVERFLOW FAIL.

import { Buffer } from 'node:buffer'
import { later } from '../../../api/engine.js'
import { limits } from '../../../api/limits.js'
import {
  bitfieldOverflow,
  bitfieldReadOnly,
  bitfieldType,
  notInteger,
  syntaxError,
  wrongType,
} from '../../../api/replies.js'
import type { ErrorReply, Reply } from '../../../api/reply.js'
import type { Context, Machine } from '../../context.js'
import {
  type FieldType,
  fitField,
  type Overflow,
  parseFieldType,
  readField,
  writeField,
} from '../../values/bitfield.js'
import { type Int64, int64Max, parseInt64 } from '../../values/integer.js'
import { parseBitOffset } from './bit-argument.js'

interface Operation {
  readonly kind: 'GET' | 'SET' | 'INCRBY'
  readonly type: FieldType
  readonly offset: number
  readonly operand: Int64
  readonly overflow: Overflow
}

interface Operations {
  readonly list: readonly Operation[]
  /** Bytes that the string must have for all writes, 0 where nothing is written. */
  readonly bytes: number
}

export function bitfield(
  context: Context,
  args: readonly string[],
  isReadOnly: boolean,
): Reply | typeof later {
  const operations = parse(context, args)
  if ('type' in operations) return operations
  if (operations.bytes > 0 && isReadOnly) return bitfieldReadOnly
  const key = args[1] as string
  const value = operations.bytes > 0 ? context.find(key) : context.lookup(key)
  if (value !== undefined && typeof value !== 'string') return wrongType
  if (context.isLate) return null
  const machine = new BitfieldMachine(context, { key, value, operations })
  if (operations.list.length > limits.stepElements) return context.begin(machine)
  return machine.step(limits.stepElements)
}

class BitfieldMachine implements Machine {
  readonly #context: Context
  readonly #key: string
  readonly #value: string | undefined
  readonly #list: readonly Operation[]
  /** The bytes that are written, null while nothing is. */
  readonly #bytes: Buffer | null
  readonly #hasGrown: boolean
  /** A field got another value, or one in a string that grew was set. */
  #isChanged = false
  readonly #replies: Reply[] = []

  constructor(
    context: Context,
    work: {
      readonly key: string
      readonly value: string | undefined
      readonly operations: Operations
    },
  ) {
    this.#context = context
    this.#key = work.key
    this.#value = work.value
    this.#list = work.operations.list
    const { bytes } = work.operations
    this.#bytes = bytes > 0 ? grown(work.value ?? '', bytes) : null
    this.#hasGrown = bytes > (work.value?.length ?? 0)
  }

  step(budget: number): Reply | typeof later {
    const list = this.#list
    const end = Math.min(list.length, this.#replies.length + budget)
    for (let i = this.#replies.length; i < end; i++) {
      this.#replies.push(this.#execute(list[i] as Operation))
    }
    return end < list.length ? later : this.#finish()
  }

  #execute({ kind, type, offset, operand, overflow }: Operation): Reply {
    const before = readField(this.#bytes ?? this.#value ?? '', offset, type)
    if (kind === 'GET' || this.#bytes === null) return before
    const value =
      kind === 'SET'
        ? fitField(0, asSet(operand, type), { ...type, overflow })
        : fitField(before, operand, { ...type, overflow })
    if (value === null) return null
    if (value !== before) writeField(this.#bytes, offset, { type, value })
    if (value !== before || this.#hasGrown) this.#isChanged = true
    return kind === 'SET' ? before : value
  }

  /** What changed nothing is no write; what grew for operations that failed is kept in silence, as in Redis. */
  #finish(): Reply {
    const bytes = this.#bytes
    if (bytes !== null && (this.#isChanged || this.#hasGrown)) {
      const made = bytes.latin1Slice(0, bytes.length)
      const event = this.#isChanged ? 'setbit' : ''
      if (this.#value === undefined) this.#context.effects.put(this.#key, made, event)
      else this.#context.effects.replace(this.#key, made, event)
    }
    return this.#replies
  }
}

/**
 * Redis takes a SET of a negative value for an unsigned field, and of one near the least 64-bit integer for
 * a signed one, as an overflow at the upper end: so it does as if the value were 2^64 more.
 */
function asSet(operand: Int64, { isSigned, bits }: FieldType): Int64 {
  if (operand >= 0) return operand
  const exact = BigInt(operand)
  if (!isSigned) return BigInt.asUintN(64, exact)
  const most = (1n << BigInt(bits - 1)) - 1n
  return bits < 64 && most - exact > int64Max ? BigInt.asUintN(64, exact) : operand
}

function grown(text: string, bytes: number): Buffer {
  const made = Buffer.allocUnsafeSlow(Math.max(text.length, bytes))
  made.latin1Write(text, 0, text.length)
  made.fill(0, text.length)
  return made
}

function parse(context: Context, args: readonly string[]): Operations | ErrorReply {
  const list: Operation[] = []
  let overflow: Overflow = 'WRAP'
  let bytes = 0
  for (let at = 2; at < args.length; ) {
    const word = (args[at] as string).toUpperCase()
    const rest = args.length - at - 1
    if (word === 'OVERFLOW' && rest >= 1) {
      const mode = (args[at + 1] as string).toUpperCase()
      if (mode !== 'WRAP' && mode !== 'SAT' && mode !== 'FAIL') return bitfieldOverflow
      overflow = mode
      at += 2
      continue
    }
    const isGet = word === 'GET' && rest >= 2
    if (!isGet && !((word === 'SET' || word === 'INCRBY') && rest >= 3)) return syntaxError
    const type = parseFieldType(args[at + 1] as string)
    if (type === null) return bitfieldType
    const offset = parseBitOffset(context, args[at + 2] as string, type.bits)
    if (typeof offset !== 'number') return offset
    const operand = isGet ? 0 : parseInt64(args[at + 3] as string)
    if (operand === null) return notInteger
    if (!isGet) bytes = Math.max(bytes, Math.floor((offset + type.bits - 1) / 8) + 1)
    list.push({ kind: word as Operation['kind'], type, offset, operand, overflow })
    at += isGet ? 3 : 4
  }
  return { list, bytes }
}
