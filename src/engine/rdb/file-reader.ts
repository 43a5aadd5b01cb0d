// Reads a file in Redis' RDB format as its bytes come: each key with the payload that RESTORE takes. What is not
// whole yet waits for more bytes. Trusts nothing; the checksum at the end decides whether any of it is right.

import { Buffer } from 'node:buffer'
import { Crc64 } from '../../base/crc64.js'
import { RdbReader } from './reader.js'
import { skipValue } from './skip.js'
import { opcodes, rdbTypes, versionMax, versionTimed, versionWritten } from './types.js'

/** What stands in a file. `payload`: type, content, version and checksum, as DUMP answers it. */
export type FileItem =
  | { readonly kind: 'note'; readonly name: string; readonly text: string }
  | { readonly kind: 'library'; readonly code: string }
  | {
      readonly kind: 'key'
      readonly db: number
      readonly key: string
      readonly expiresAt: number | null
      readonly payload: Buffer
    }

/** The file ends in the middle of something, or cannot be read; one sentence. */
export class RdbFileFault extends Error {}

const headBytes = 9
const sumBytes = 8
/** What Redis 7.0 knows has its version, whatever the file's: it is asked to restore it, too. */
const versions: readonly (readonly [type: number, version: number])[] = [
  [rdbTypes.hashTimed, versionTimed],
  [rdbTypes.setListpack, 11],
]
const textBytesMax = 512 * 1024 * 1024
/** Of a key with its value. */
const itemBytesMax = 2048 * 1024 * 1024

export class RdbFileReader {
  #bytes: Buffer = Buffer.alloc(0)
  #at = 0
  /** In the file, of the first of the bytes. */
  #offset = 0
  #isEnded = false
  #isDone = false
  #version = 0
  #db = 0
  #expiresAt: number | null = null
  readonly #sum = new Crc64()

  /** More bytes of the file; none for its end. */
  push(bytes: Buffer): void {
    if (bytes.length === 0) this.#isEnded = true
    this.#offset += this.#at
    const rest = this.#bytes.subarray(this.#at)
    this.#bytes = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
    this.#at = 0
  }

  /** All of the file was read, and its checksum is right. */
  get isDone(): boolean {
    return this.#isDone && this.#isEnded
  }

  /** Bytes that wait for more: the more there are, the more is read at a time. */
  get held(): number {
    return this.#bytes.length - this.#at
  }

  /** The next item; null where more bytes are needed, or the file is through. */
  next(): FileItem | null {
    if (this.#isDone) {
      // Redis' append-only files go on with commands there.
      if (this.held > 0) throw this.#fault('goes on behind its end')
      return null
    }
    if (this.#version === 0 && !this.#head()) return null
    for (;;) {
      const reader = new RdbReader(this.#bytes, this.#bytes.length, textBytesMax, this.#at)
      const code = reader.byte()
      if (code === opcodes.end && reader.ok) {
        return this.#end() ? this.next() : null
      }
      const item = this.#read(reader, code)
      if (!reader.ok) {
        if (!reader.isShort) throw this.#fault('is damaged')
        if (this.#isEnded) throw this.#fault('ends, or is damaged,')
        if (this.held > itemBytesMax) throw this.#fault('has more than can be read, or is damaged,')
        return null
      }
      this.#sum.add(this.#bytes, this.#at, reader.at)
      this.#at = reader.at
      if (item !== null) return item
    }
  }

  #head(): boolean {
    if (this.held < headBytes) {
      if (this.#isEnded) throw new RdbFileFault('it is too short for an RDB file')
      return false
    }
    const text = this.#bytes.latin1Slice(this.#at, this.#at + headBytes)
    const version = /^REDIS(\d{4})$/.exec(text)?.[1]
    if (version === undefined) throw new RdbFileFault('it is no RDB file')
    this.#version = Number(version)
    if (this.#version > versionMax || this.#version < 1) {
      throw new RdbFileFault(`it has RDB version ${this.#version}, 1 to ${versionMax} are read`)
    }
    this.#sum.add(this.#bytes, this.#at, this.#at + headBytes)
    this.#at += headBytes
    return true
  }

  #read(reader: RdbReader, code: number): FileItem | null {
    switch (code) {
      case opcodes.note:
        return { kind: 'note', name: reader.text(), text: reader.text() }
      case opcodes.library:
        return { kind: 'library', code: reader.text() }
      case opcodes.database:
        this.#set(reader, () => {
          this.#db = Number(reader.length())
        })
        return null
      case opcodes.sizes:
        reader.length()
        reader.length()
        return null
      case opcodes.expiryMs:
        this.#set(reader, () => {
          this.#expiresAt = reader.milliseconds()
        })
        return null
      case opcodes.expiry:
        this.#set(reader, () => {
          this.#expiresAt = reader.seconds() * 1000
        })
        return null
      case opcodes.idle:
        reader.length()
        return null
      case opcodes.frequency:
        reader.byte()
        return null
      default:
        return this.#key(reader, code)
    }
  }

  /** Only what was read whole counts. */
  #set(reader: RdbReader, set: () => void): void {
    const [db, expiresAt] = [this.#db, this.#expiresAt]
    set()
    if (reader.ok) return
    this.#db = db
    this.#expiresAt = expiresAt
  }

  #key(reader: RdbReader, type: number): FileItem | null {
    const key = reader.text()
    const from = reader.at
    if (!skipValue(reader, type)) {
      if (reader.ok) throw this.#fault(`has a value of type ${type}, which is not known,`)
      return null
    }
    if (!reader.ok) return null
    const expiresAt = this.#expiresAt
    this.#expiresAt = null
    const payload = sealed(
      type,
      this.#bytes.subarray(from, reader.at),
      versionOf(type, this.#version),
    )
    return { kind: 'key', db: this.#db, key, expiresAt, payload }
  }

  /** False where the checksum is not there yet. */
  #end(): boolean {
    const end = this.#at + 1
    const hasSum = this.#version >= 5
    if (hasSum && this.#bytes.length - end < sumBytes) {
      if (this.#isEnded) throw this.#fault('ends')
      return false
    }
    this.#sum.add(this.#bytes, this.#at, end)
    this.#at = end
    this.#isDone = true
    if (!hasSum) return true
    const low = this.#bytes.readUInt32LE(end)
    const high = this.#bytes.readUInt32LE(end + 4)
    this.#at += sumBytes
    // Redis writes zero where checksums are switched off.
    const isRight = low === this.#sum.low && high === this.#sum.high
    if (isRight || (low === 0 && high === 0)) return true
    throw new RdbFileFault('its checksum is wrong: it is damaged')
  }

  #fault(what: string): RdbFileFault {
    return new RdbFileFault(`it ${what} at byte ${this.#offset + this.#at}`)
  }
}

function versionOf(type: number, version: number): number {
  const needed = versions.find(([least]) => type >= least)?.[1] ?? versionWritten
  return Math.min(version, needed)
}

function sealed(type: number, content: Buffer, version: number): Buffer {
  const made = Buffer.allocUnsafe(content.length + 11)
  made[0] = type
  content.copy(made, 1)
  made.writeUInt16LE(version, content.length + 1)
  const sum = new Crc64()
  sum.add(made, 0, content.length + 3)
  made.writeUInt32LE(sum.low, content.length + 3)
  made.writeUInt32LE(sum.high, content.length + 7)
  return made
}
