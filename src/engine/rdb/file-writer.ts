// A file in Redis' RDB format, as bytes to be written one behind the other: what Redis, its tools and
// `quorate restore` read. Hashes with fields that end need the version of Redis 7.4; other files have that of 7.0.

import { Buffer } from 'node:buffer'
import { Crc64 } from '../../base/crc64.js'
import type { Value } from '../values/value.js'
import { encodeValue } from './encode.js'
import { opcodes, versionTimed, versionWritten } from './types.js'
import { RdbWriter } from './writer.js'

/** A key as the file has it. */
export interface FileKey {
  readonly db: number
  readonly key: string
  readonly value: Value
  /** Wall milliseconds at which it ends. */
  readonly expiresAt?: number | undefined
}

export class RdbFileWriter {
  readonly #sum = new Crc64()
  #db = -1

  /** `hasTimes`: there is a hash with fields that end. */
  head(of: {
    readonly hasTimes: boolean
    readonly notes: Readonly<Record<string, string>>
  }): Buffer {
    const version = of.hasTimes ? versionTimed : versionWritten
    const writer = new RdbWriter()
    writer.raw(`REDIS${String(version).padStart(4, '0')}`)
    for (const [name, text] of Object.entries(of.notes)) {
      writer.byte(opcodes.note)
      writer.text(name)
      writer.text(text)
    }
    return this.#counted(writer)
  }

  library(code: string): Buffer {
    const writer = new RdbWriter()
    writer.byte(opcodes.library)
    writer.text(code)
    return this.#counted(writer)
  }

  key({ db, key, value, expiresAt }: FileKey): Buffer {
    const writer = new RdbWriter()
    if (db !== this.#db) {
      this.#db = db
      writer.byte(opcodes.database)
      writer.length(db)
    }
    if (expiresAt !== undefined) {
      writer.byte(opcodes.expiryMs)
      writer.milliseconds(expiresAt)
    }
    const content = new RdbWriter()
    for (const _ of encodeValue(content, value));
    const bytes = content.taken()
    writer.byte(bytes[0] as number)
    writer.text(key)
    const front = this.#counted(writer)
    const rest = bytes.subarray(1)
    this.#sum.add(rest, 0, rest.length)
    return Buffer.concat([front, rest])
  }

  /** The end of the file. */
  end(): Buffer {
    const made = Buffer.alloc(9)
    made[0] = opcodes.end
    this.#sum.add(made, 0, 1)
    made.writeUInt32LE(this.#sum.low, 1)
    made.writeUInt32LE(this.#sum.high, 5)
    return made
  }

  #counted(writer: RdbWriter): Buffer {
    const bytes = writer.taken()
    this.#sum.add(bytes, 0, bytes.length)
    return bytes
  }
}
