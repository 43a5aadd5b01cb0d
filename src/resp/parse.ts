// The resumable parser of one connection: multibulk and inline requests in, argument lists out.
// Allocates nothing by an announced length, copies nothing of a chunk that holds whole commands, and
// answers the same for the same bytes however they were split. Never throws, whatever the bytes.

import { Buffer } from 'node:buffer'
import type { CommandParser, CommandSink, DoorLimits, ParseFault } from '../api/door.js'
import { limits as bounds } from '../api/limits.js'
import { Backlog } from './backlog.js'
import { Carry } from './carry.js'
import {
  countFault,
  crossProtocol,
  expectedBulk,
  invalidTerminator,
  lengthFault,
  longCountLine,
  longInline,
  longLengthLine,
  queryTooLong,
  unbalancedQuotes,
} from './faults.js'
import { splitInline } from './inline.js'
import { parseInteger } from './integer.js'
import { isCrossProtocol, nameOf } from './name.js'
import { QuickReader } from './quick.js'

const star = 42
const dollar = 36
const cr = 13
const lf = 10
/** Bytes of a chunk that are added at a time to a line begun in an earlier one. */
const lineStep = 64

/** Instead of an offset: the token is not whole. */
const wait = -1
/** Instead of an offset: #fault says why. */
const failed = -2
/** What #bulk holds while no length line is read. */
const noBulk = -1

export class RespParser implements CommandParser {
  /** The begun command: its arguments so far, how many are missing (0: no command is begun). */
  #args: string[] = []
  #missing = 0
  /** Length of the bulk string whose length line was read. */
  #bulk = noBulk
  /** Bytes of the begun command before the current token. */
  #spent = 0
  /** A whole command that waits to be handed out, within one step. */
  #whole: string[] | null = null
  /** The current token's bytes from earlier chunks: of a line, or of a bulk string's content. */
  readonly #carry = new Carry()
  /** Whether the \r behind that content was seen, too. */
  #terminatorBegun = false
  /** Bytes of the current line known not to hold its end. */
  #scanned = 0
  /** What came since the sink answered false. */
  readonly #backlog = new Backlog()
  #stopped = false
  #fault: ParseFault | null = null
  readonly #quick = new QuickReader()

  get keptBytes(): number {
    return this.#spent + this.#carry.length + this.#backlog.bytes
  }

  get isPartial(): boolean {
    return this.#missing > 0 || this.#carry.length > 0
  }

  push(bytes: Uint8Array, limits: DoorLimits, sink: CommandSink): ParseFault | null {
    if (this.#fault !== null) return this.#fault
    const chunk = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    if (this.#stopped) this.#backlog.add(chunk, 0)
    else {
      const at = this.#feed(chunk, 0, limits, sink)
      if (this.#stopped) this.#backlog.add(chunk, at)
    }
    if (this.#backlog.bytes > limits.queryBytesMax) this.#fail(queryTooLong)
    return this.#fault
  }

  resume(limits: DoorLimits, sink: CommandSink): ParseFault | null {
    this.#stopped = false
    while (this.#fault === null && !this.#stopped) {
      const chunk = this.#backlog.first
      if (chunk === undefined) break
      this.#backlog.at = this.#feed(chunk, this.#backlog.at, limits, sink)
    }
    return this.#fault
  }

  /** Parses from `at` to the end of the chunk, a fault or the sink's false; answers the offset behind it. */
  #feed(chunk: Buffer, from: number, limits: DoorLimits, sink: CommandSink): number {
    let at = from
    while (at < chunk.length && this.#fault === null && !this.#stopped) {
      if (this.#bulk !== noBulk && (this.#carry.length > 0 || this.#terminatorBegun)) {
        at = this.#carryBulk(chunk, at)
      } else if (this.#carry.length > 0) at = this.#carryLine(chunk, at, limits)
      else at = this.#run(chunk, at, limits, sink)
      const args = this.#whole
      if (args === null) continue
      this.#whole = null
      if (!sink(args)) this.#stopped = true
    }
    return at
  }

  /** Parses whole tokens of a chunk; carries the unfinished one behind them. */
  #run(chunk: Buffer, from: number, limits: DoorLimits, sink: CommandSink): number {
    const end = chunk.length
    let at = from
    while (at < end) {
      if (this.#missing === 0 && chunk[at] === star) {
        const args = this.#quick.read(chunk, at, limits)
        if (args !== null) {
          at = this.#quick.next
          if (sink(args)) continue
          this.#stopped = true
          return at
        }
      }
      const next = this.#quickArgument(chunk, at, limits) || this.#token(chunk, at, end, limits)
      if (this.#fault !== null) return end
      if (next === wait) {
        this.#keep(chunk, at)
        return end
      }
      at = next
      if (this.#whole !== null) return at
    }
    return at
  }

  /** Takes a short argument behind the name that stands whole at `at`; 0 where none does. */
  #quickArgument(chunk: Buffer, at: number, limits: DoorLimits): number {
    if (this.#args.length === 0 || this.#bulk !== noBulk) return 0
    const text = this.#quick.argument(chunk, at, limits.queryBytesMax - this.#spent, limits)
    if (text === null) return 0
    // The content and its end are counted where the argument is added.
    this.#bulk = text.length
    this.#spent += this.#quick.next - at - text.length - 2
    this.#add(text)
    return this.#quick.next
  }

  /** Takes one token at `at`; answers the offset behind it, `wait` or `failed`. */
  #token(bytes: Buffer, at: number, end: number, limits: DoorLimits): number {
    if (this.#missing === 0) {
      return bytes[at] === star
        ? this.#countLine(bytes, at, end, limits)
        : this.#inlineLine(bytes, at, end)
    }
    if (this.#bulk === noBulk) return this.#lengthLine(bytes, at, end, limits)
    return this.#content(bytes, at, end)
  }

  /** `*<count>\r\n`. */
  #countLine(bytes: Buffer, at: number, end: number, limits: DoorLimits): number {
    const stop = this.#lineEnd(bytes, at, end, cr)
    if (stop < 0) return stop === wait ? wait : this.#fail(longCountLine)
    const count = parseInteger(bytes, at + 1, stop)
    const fault = countFault(count, limits)
    if (fault !== null) return this.#fail(fault)
    if (count > 0) {
      this.#missing = count
      this.#args = []
      this.#spent = stop + 2 - at
    }
    return stop + 2
  }

  /** `$<length>\r\n`. */
  #lengthLine(bytes: Buffer, at: number, end: number, limits: DoorLimits): number {
    const stop = this.#lineEnd(bytes, at, end, cr)
    if (stop < 0) return stop === wait ? wait : this.#fail(longLengthLine)
    const first = bytes[at] as number
    if (first !== dollar) return this.#fail(expectedBulk(first))
    const length = parseInteger(bytes, at + 1, stop)
    const fault = lengthFault(length, limits)
    if (fault !== null) return this.#fail(fault)
    this.#spent += stop + 2 - at
    if (this.#spent + length + 2 > limits.queryBytesMax) return this.#fail(queryTooLong)
    this.#bulk = length
    return stop + 2
  }

  /** The bytes of a bulk string and the \r\n behind them, all in one chunk. */
  #content(bytes: Buffer, at: number, end: number): number {
    const stop = at + this.#bulk
    if (stop < end && bytes[stop] !== cr) return this.#fail(invalidTerminator)
    if (stop + 1 >= end) return wait
    if (bytes[stop + 1] !== lf) return this.#fail(invalidTerminator)
    this.#add(this.#args.length === 0 ? nameOf(bytes, at, stop) : bytes.latin1Slice(at, stop))
    return stop + 2
  }

  #inlineLine(bytes: Buffer, at: number, end: number): number {
    const stop = this.#lineEnd(bytes, at, end, lf)
    if (stop < 0) return stop === wait ? wait : this.#fail(longInline)
    const to = stop > at && bytes[stop - 1] === cr ? stop - 1 : stop
    const words = splitInline(bytes.latin1Slice(at, to))
    if (words === null) return this.#fail(unbalancedQuotes)
    if (words.length > 0) this.#finish(words)
    return stop + 1
  }

  /**
   * Offset of the mark that ends the line at `at`; for \r one more byte must be there, and is passed
   * over unseen as in Redis. A NUL hides all behind it, as in Redis: such a line only ever gets too long.
   */
  #lineEnd(bytes: Buffer, at: number, end: number, mark: number): number {
    const most = Math.min(end, at + bounds.lineBytesMax + 1)
    let stop = at + this.#scanned
    while (stop < most && bytes[stop] !== mark && bytes[stop] !== 0) stop++
    this.#scanned = 0
    const found = stop < most && bytes[stop] === mark
    if (found && (mark === lf || stop + 1 < end)) return stop
    if (!found && end - at > bounds.lineBytesMax) return failed
    this.#scanned = stop - at
    return wait
  }

  /** Keeps the unfinished token that begins at `at`. */
  #keep(chunk: Buffer, at: number): void {
    const end = chunk.length
    if (this.#bulk === noBulk) {
      this.#carry.append(chunk, at, end)
      this.#terminatorBegun = false
      return
    }
    const stop = Math.min(end, at + this.#bulk)
    this.#carry.appendBulk(chunk, at, stop)
    this.#terminatorBegun = stop < end
  }

  /** Goes on with a carried line; answers the offset up to which the chunk is used. */
  #carryLine(chunk: Buffer, at: number, limits: DoorLimits): number {
    const carry = this.#carry
    const before = carry.length
    carry.append(chunk, at, Math.min(chunk.length, at + lineStep))
    const next = this.#token(carry.block, 0, carry.length, limits)
    if (this.#fault !== null) return chunk.length
    if (next === wait) return at + carry.length - before
    carry.clear()
    return at + next - before
  }

  /** Goes on with the carried content of a bulk string. */
  #carryBulk(chunk: Buffer, from: number): number {
    const carry = this.#carry
    const end = chunk.length
    let at = Math.min(end, from + this.#bulk - carry.length)
    carry.appendBulk(chunk, from, at)
    if (at < end && !this.#terminatorBegun) {
      if (chunk[at++] !== cr) return this.#failAt(invalidTerminator, end)
      this.#terminatorBegun = true
    }
    if (at === end) return end
    if (chunk[at] !== lf) return this.#failAt(invalidTerminator, end)
    this.#terminatorBegun = false
    this.#add(carry.take())
    return at + 1
  }

  /** Takes one more argument of the begun command. */
  #add(text: string): void {
    this.#args.push(text)
    this.#spent += this.#bulk + 2
    this.#bulk = noBulk
    if (--this.#missing === 0) this.#finish(this.#args)
  }

  #finish(args: string[]): void {
    this.#args = []
    this.#spent = 0
    if (isCrossProtocol(args[0] as string)) this.#fail(crossProtocol)
    else this.#whole = args
  }

  #failAt(fault: ParseFault, offset: number): number {
    this.#fail(fault)
    return offset
  }

  /** Gives up for good and lets go of everything kept. */
  #fail(fault: ParseFault): typeof failed {
    this.#fault = fault
    this.#args = []
    this.#missing = 0
    this.#bulk = noBulk
    this.#spent = 0
    this.#whole = null
    this.#carry.clear()
    this.#backlog.clear()
    return failed
  }
}
