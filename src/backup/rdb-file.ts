// RDB files on disk: what is in them, in order; and whether they are whole.

import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { stat } from 'node:fs/promises'
import { QuorateError } from '../base/errors.js'
import { type FileItem, RdbFileFault, RdbFileReader } from '../engine/rdb/file-reader.js'
import { readManifest } from './manifest.js'

export type { FileItem }

/** A file, and what its backup's manifest says of it. */
export interface SourceFile {
  readonly path: string
  readonly keys: number | null
}

const bufferBytes = 1 << 20

/** Files of a backup's directory, or the RDB file itself. */
export async function filesOf(source: string): Promise<SourceFile[]> {
  const found = await stat(source).catch(() => null)
  if (found === null) throw new QuorateError('BACKUP_INVALID', `${source} is not there`)
  if (!found.isDirectory()) return [{ path: source, keys: null }]
  const { groups } = await readManifest(source)
  return groups.map(({ file, keys }) => ({ path: join(source, file), keys }))
}

export async function* readRdb(path: string): AsyncGenerator<FileItem> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw new QuorateError('BACKUP_INVALID', `${path}: ${String(error)}`)
  })
  const reader = new RdbFileReader()
  try {
    while (!reader.isDone) {
      for (let item = reader.next(); item !== null; item = reader.next()) yield item
      if (reader.isDone) return
      const piece = Buffer.allocUnsafe(Math.max(bufferBytes, reader.held))
      const { bytesRead } = await file.read(piece, 0, piece.length)
      reader.push(piece.subarray(0, bytesRead))
    }
  } catch (error) {
    if (!(error instanceof RdbFileFault)) throw error
    throw new QuorateError('BACKUP_INVALID', `${path}: ${error.message}`)
  } finally {
    await file.close()
  }
}

/** Reads the file to its end; throws where it is damaged or lacks keys. */
export async function checkFile({ path, keys }: SourceFile): Promise<number> {
  let found = 0
  for await (const item of readRdb(path)) if (item.kind === 'key') found++
  if (keys === null || keys === found) return found
  throw new QuorateError(
    'BACKUP_INVALID',
    `${path}: it has ${found} keys, its manifest says ${keys}`,
  )
}
