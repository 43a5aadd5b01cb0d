// A batch: the commands that one origin proposes together, as one entry of the log. Filled during a
// turn, numbered when it is first sent, answered as a whole when this member applies it.

import { Buffer } from 'node:buffer'
import { encodeEntryHead, type EntryHead, type Payload } from '../api/entry.js'
import type { GroupCall, Lane } from '../api/group.js'
import { limits } from '../api/limits.js'
import { type ByteReader, ByteWriter, noBytes } from '../base/bytes.js'
import { ropeToBytes, varintText } from '../base/rope.js'

/** Commands of one entry, ready to execute. */
export interface Commands {
  /** Database of each command. */
  readonly databases: readonly number[]
  /** Arguments of each command; args[0] is the lower-case name. */
  readonly calls: readonly (readonly string[])[]
}

/** Estimated size of a batch without commands. */
export const emptyBytes = 16

/** Shared by all batches whose commands are of database 0. Never written to. */
const allZero = new Array<number>(limits.batchCommandsMax).fill(0)

/**
 * Arrays that grow by pushes leave three times their size behind for the collector, so these are made with room for as many
 * commands as the largest of the last batches had, and cut to what came when it is sent.
 */
export class Batch implements Commands {
  #count = 0
  #databases: number[] = allZero
  readonly calls: (readonly string[])[]
  /** Who waits for each command's reply, and for which ticket. Emptied once answered. */
  lanes: Lane[]
  tickets: number[]
  /** Close upper estimate of the encoded size. */
  bytes = emptyBytes
  /** 0 until it is first sent; then fixed for ever. */
  sequence = 0
  /** All answers up to this sequence had arrived when its first command came. */
  acknowledged: number
  /** Monotonic ms of the last sending; 0 for: send as soon as there is a leader. */
  sentAt = 0
  /** Monotonic ms after which the callers are told. */
  deadline = 0
  /** The callers were told that the outcome is unknown: what is sent again has no commands. */
  isVoid = false
  /** The leader runs scripts in it. */
  isScripted = false
  #body: Uint8Array | null = null

  constructor(acknowledged = 0, expected = 0) {
    this.acknowledged = acknowledged
    this.calls = new Array<readonly string[]>(expected)
    this.lanes = new Array<Lane>(expected)
    this.tickets = new Array<number>(expected)
  }

  get count(): number {
    return this.#count
  }

  /** May go on with zeros behind the last command. */
  get databases(): readonly number[] {
    return this.#databases
  }

  /** Commands whose callers were not told yet. */
  get waiting(): number {
    return Math.min(this.#count, this.lanes.length)
  }

  get isFull(): boolean {
    return this.count >= limits.batchCommandsMax || this.bytes >= limits.batchBytesMax
  }

  add(lane: Lane, call: GroupCall): void {
    const args = call.args
    let bytes = 4
    for (let i = 0; i < args.length; i++) bytes += (args[i] as string).length + 5
    this.bytes += bytes
    // It may have been encoded for a sending that failed.
    this.#body = null
    const at = this.#count++
    if (call.db !== 0 || this.#databases !== allZero) this.#place(at, call.db)
    this.calls[at] = args
    if (call.scripted === true) this.isScripted = true
    this.lanes[at] = lane
    this.tickets[at] = call.ticket
  }

  #place(at: number, db: number): void {
    if (this.#databases === allZero) this.#databases = allZero.slice(0, at)
    this.#databases[at] = db
  }

  /** It is as large as it will be, unless it could not be sent: no place is left over. */
  seal(): void {
    const count = this.#count
    if (this.calls.length === count) return
    this.calls.length = count
    this.lanes.length = count
    this.tickets.length = count
  }

  /** The encoded commands, made once. */
  body(): Uint8Array {
    this.seal()
    this.#body ??= encodeCommands(this)
    return this.#body
  }
}

/** An entry of commands whose proposer has them at hand: decoded already, encoded when first asked. */
export class CommandPayload implements Payload {
  readonly head: EntryHead
  readonly size: number
  /** The commands where they are known without decoding, else null. */
  readonly commands: Commands | null
  readonly isAwaited: boolean
  readonly #body: () => Uint8Array
  #bytes: Uint8Array = noBytes

  constructor(
    head: EntryHead,
    options: {
      commands: Commands | null
      size: number
      body: () => Uint8Array
      isAwaited?: boolean
    },
  ) {
    this.head = head
    this.size = options.size + 40
    this.commands = options.commands
    // With its commands at hand it is this member's own: only here someone waits for the answer.
    this.isAwaited = options.commands === null || options.isAwaited === true
    this.#body = options.body
  }

  bytes(): Uint8Array {
    if (this.#bytes.length === 0) {
      const writer = new ByteWriter(64)
      encodeEntryHead(writer, this.head)
      const head = writer.finish()
      const body = this.#body()
      const made = Buffer.allocUnsafeSlow(head.length + body.length)
      made.set(head, 0)
      made.set(body, head.length)
      this.#bytes = made
    }
    return this.#bytes
  }
}

/**
 * Count, then per command: database, number of arguments, each argument with its length. Built as one
 * rope and written with one call: several times faster than one native call per argument.
 */
export function encodeCommands(commands: Commands): Uint8Array {
  const { databases, calls } = commands
  let text = varintText(calls.length)
  for (let c = 0; c < calls.length; c++) {
    const args = calls[c] as readonly string[]
    text += varintText(databases[c] as number) + varintText(args.length)
    for (let i = 0; i < args.length; i++) {
      const arg = args[i] as string
      text += varintText(arg.length) + arg
    }
  }
  return ropeToBytes(text)
}

/** Close upper estimate of the bytes that commands take encoded. */
export function sizeOf({ calls }: Commands): number {
  let bytes = emptyBytes
  for (const args of calls) {
    bytes += 4
    for (let i = 0; i < args.length; i++) bytes += (args[i] as string).length + 5
  }
  return bytes
}

/** What a void batch says in place of its commands. */
export const voidBody = encodeCommands({ databases: [], calls: [] })

/** Null where the bytes are not commands. */
export function decodeCommands(reader: ByteReader): Commands | null {
  const count = reader.varint()
  const databases: number[] = []
  const calls: string[][] = []
  for (let c = 0; c < count && reader.ok; c++) {
    databases.push(reader.varint())
    const argumentCount = reader.varint()
    const args: string[] = []
    for (let i = 0; i < argumentCount && reader.ok; i++) args.push(reader.text())
    calls.push(args)
  }
  return reader.ok && reader.left === 0 ? { databases, calls } : null
}
