// Rows of a checkpoint in a file of their own, as they come from a member: read twice, and then gone.

import { type FileHandle, open } from 'node:fs/promises'
import type { Row } from '../api/store.js'
import { QuorateError } from '../base/errors.js'

const bufferBytes = 1 << 20
const headBytes = 8

export class RowsWriter {
  readonly #file: FileHandle
  #pieces: Buffer[] = []
  #bytes = 0

  private constructor(file: FileHandle) {
    this.#file = file
  }

  static async create(path: string): Promise<RowsWriter> {
    return new RowsWriter(await open(path, 'wx', 0o600))
  }

  async add(key: Buffer, value: Buffer): Promise<void> {
    const head = Buffer.allocUnsafe(headBytes)
    head.writeUInt32LE(key.length, 0)
    head.writeUInt32LE(value.length, 4)
    this.#pieces.push(head, key, value)
    this.#bytes += headBytes + key.length + value.length
    if (this.#bytes >= bufferBytes) await this.#flush()
  }

  async close(): Promise<void> {
    await this.#flush()
    await this.#file.close()
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.concat(this.#pieces)
    this.#pieces = []
    this.#bytes = 0
    await this.#file.appendFile(bytes)
  }
}

/** Rows in the order in which they were added, as many at a time as a buffer has. */
export async function* readRows(path: string): AsyncGenerator<Row[]> {
  const file = await open(path, 'r')
  try {
    let rest = Buffer.alloc(0)
    for (;;) {
      const piece = Buffer.allocUnsafe(Math.max(bufferBytes, rest.length))
      const { bytesRead } = await file.read(piece, 0, piece.length)
      if (bytesRead === 0) break
      const bytes = Buffer.concat([rest, piece.subarray(0, bytesRead)])
      const { rows, end } = cut(bytes)
      rest = bytes.subarray(end)
      if (rows.length > 0) yield rows
    }
    if (rest.length > 0) throw new QuorateError('BACKUP_INVALID', `${path} ends within a row`)
  } finally {
    await file.close()
  }
}

function cut(bytes: Buffer): { readonly rows: Row[]; readonly end: number } {
  const rows: Row[] = []
  let at = 0
  while (at + headBytes <= bytes.length) {
    const from = at + headBytes
    const middle = from + bytes.readUInt32LE(at)
    const end = middle + bytes.readUInt32LE(at + 4)
    if (end > bytes.length) break
    rows.push({ key: bytes.latin1Slice(from, middle), value: bytes.subarray(middle, end) })
    at = end
  }
  return { rows, end: at }
}
