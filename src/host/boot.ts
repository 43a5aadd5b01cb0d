// Opens what a member has on disk and reads what its core boots from. Never takes a directory that is
// damaged for one that is new.

import { join } from 'node:path'
import type { Boot } from '../api/io.js'
import type { StoreName } from '../api/store.js'
import { QuorateError } from '../base/errors.js'
import { type Database, openDatabase } from './database.js'
import { takeDirectory } from './directory.js'
import type { RoomLost } from './log-room.js'
import { openWitness, WitnessFile } from './witness.js'

/** Tests put failing disks between the host and the real ones. */
export interface DiskSeams {
  readonly wrapDatabase?: (database: Database, name: StoreName) => Database
}

export interface OpenedDisk {
  readonly databases: Readonly<Record<StoreName, Database>>
  readonly witness: WitnessFile
  readonly boot: Boot
}

/** Throws QuorateError when something cannot be opened; nothing stays open then. `lost`: of the room ahead of the log. */
export async function openDisk(
  directory: string,
  seams: DiskSeams = {},
  lost: RoomLost | null = null,
): Promise<OpenedDisk> {
  takeDirectory(directory)
  const open: Database[] = []
  const openOne = async (name: StoreName): Promise<Database> => {
    const database = await openDatabase(join(directory, name), name, name === 'log' ? lost : null)
    const wrapped = seams.wrapDatabase?.(database, name) ?? database
    open.push(wrapped)
    return wrapped
  }
  try {
    const databases = { log: await openOne('log'), state: await openOne('state') }
    const logRows = await readAll(databases.log, join(directory, 'log'))
    const { disk, found } = openWitness(join(directory, 'witness'))
    const { content } = found
    // Rows without a witness that vouches for them: the file is lost, which is damage, too.
    const witnessDamaged = found.damaged || (content === null && logRows.length > 0)
    const witness = new WitnessFile(disk, found, witnessDamaged)
    return { databases, witness, boot: { logRows, witness: content, witnessDamaged } }
  } catch (error) {
    for (const database of open) await database.close()
    throw error
  }
}

async function readAll(database: Database, directory: string): Promise<Boot['logRows']> {
  try {
    const { rows } = await database.scan({ from: '', to: '\xff' }, Number.POSITIVE_INFINITY)
    return rows
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new QuorateError(
      'STORE_CORRUPT',
      `the log store in ${directory} cannot be read: ${why}`,
      {
        cause,
      },
    )
  }
}
