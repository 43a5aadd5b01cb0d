// What the RESP tests share: feeding a parser in one go or in pieces and noting all that it hands out.

import { Buffer } from 'node:buffer'
import type { CommandParser, DoorLimits, ParseFault } from '../../src/api/door.js'
import { limits as bounds } from '../../src/api/limits.js'
import { RespParser } from '../../src/resp/parse.js'

export const usual: DoorLimits = {
  argumentsMax: bounds.argumentsMax,
  bulkBytesMax: bounds.bulkBytesMax,
  queryBytesMax: bounds.queryBytesMax,
  unauthenticated: false,
}

export const stranger: DoorLimits = {
  argumentsMax: bounds.argumentsUnauthenticatedMax,
  bulkBytesMax: bounds.bulkBytesUnauthenticatedMax,
  queryBytesMax: bounds.queryBytesUnauthenticatedMax,
  unauthenticated: true,
}

export interface Outcome {
  readonly commands: string[][]
  /** The text of the fault's error reply, null for none, '' for a close without a word. */
  readonly fault: string | null
  readonly isPartial: boolean
}

export function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}

/** A request as a client library writes it. */
export function frame(...args: readonly string[]): string {
  return `*${args.length}\r\n${args.map((arg) => `$${arg.length}\r\n${arg}\r\n`).join('')}`
}

export function faultText(fault: ParseFault | null): string | null {
  return fault === null ? null : (fault.reply?.text ?? '')
}

/** Parses in pieces that end at `cuts`; with none, in one go. Each piece is overwritten once it was pushed. */
export function parse(
  bytes: Buffer,
  cuts: readonly number[] = [],
  limits: DoorLimits = usual,
): Outcome {
  const parser: CommandParser = new RespParser()
  const commands: string[][] = []
  let fault: ParseFault | null = null
  let from = 0
  for (const cut of [...cuts, bytes.length]) {
    const piece = Buffer.from(bytes.subarray(from, cut))
    fault = parser.push(piece, limits, (args) => {
      commands.push(args)
      return true
    })
    piece.fill(0xff)
    from = cut
  }
  return { commands, fault: faultText(fault), isPartial: parser.isPartial }
}

/** Cuts behind every byte. */
export function everyByte(bytes: Buffer): number[] {
  return Array.from({ length: Math.max(0, bytes.length - 1) }, (_, i) => i + 1)
}
