// `backup.json`: what a backup holds. It is written last, so a directory without it is no whole backup.

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { QuorateError } from '../base/errors.js'

export interface BackedUpGroup {
  readonly group: number
  readonly keyspace: string
  readonly shard: number
  /** Where in the group's history the state stands. */
  readonly era: number
  readonly term: number
  readonly index: number
  readonly file: string
  readonly bytes: number
  readonly keys: number
  readonly libraries: number
}

export interface BackupManifest {
  readonly format: 1
  readonly version: string
  readonly cluster: string
  /** Wall milliseconds at which it began. */
  readonly at: number
  readonly groups: readonly BackedUpGroup[]
}

const fileName = 'backup.json'

export async function writeManifest(directory: string, manifest: BackupManifest): Promise<void> {
  const text = `${JSON.stringify(manifest, null, 2)}\n`
  await writeFile(join(directory, fileName), text, { mode: 0o600, flush: true })
}

export async function readManifest(directory: string): Promise<BackupManifest> {
  const path = join(directory, fileName)
  const text = await readFile(path, 'utf8').catch(() => {
    throw new QuorateError(
      'BACKUP_INVALID',
      `${path} cannot be read: this is no backup, or one that was not finished`,
    )
  })
  const found = parse(text)
  if (isManifest(found)) return found
  throw new QuorateError(
    'BACKUP_INVALID',
    `${path} is no manifest of a backup, or of a later version`,
  )
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function isManifest(found: unknown): found is BackupManifest {
  if (typeof found !== 'object' || found === null) return false
  return 'format' in found && found.format === 1 && 'groups' in found && Array.isArray(found.groups)
}
