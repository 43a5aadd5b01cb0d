// From a checkpoint's rows to an RDB file. Twice through the rows: whether they are whole, which database each
// place is since SWAPDB, and which libraries there are; then the keys, slot by slot, so that no more than one
// slot is in memory.

import { type FileHandle, open } from 'node:fs/promises'
import { hidden, hiddenDatabases } from '../api/scripts.js'
import { type SlotRun, slotsOf } from '../api/slot-moves.js'
import { QuorateError } from '../base/errors.js'
import { Loader, type LoadTarget } from '../engine/loader.js'
import { movingDatabasesMax, slotsKey } from '../engine/moving.js'
import { placesDb, placesKey } from '../engine/place-key.js'
import { Places } from '../engine/places.js'
import { RdbFileWriter } from '../engine/rdb/file-writer.js'
import { hiddenFrom } from '../engine/scripting.js'
import type { Value } from '../engine/values/value.js'
import { readRows } from './rows-file.js'

export interface Converted {
  readonly bytes: number
  readonly keys: number
  readonly libraries: number
}

/** What the keys hang on: found by the first way through. */
interface Survey {
  readonly places: Places
  readonly libraries: string[]
  hasTimes: boolean
  /** Slots moved: copies of keys of another group may be among the rows. */
  hasMoved: boolean
}

const databases = hiddenFrom + hiddenDatabases
const bufferBytes = 1 << 20

export async function rowsToRdb(of: {
  readonly rows: string
  readonly manifest: Uint8Array
  /** Slots of which only leftovers are here. */
  readonly hidden?: readonly SlotRun[]
  readonly rdb: string
  readonly notes: Readonly<Record<string, string>>
}): Promise<Converted> {
  const survey = await surveyOf(of.rows, of.manifest)
  const writer = new RdbFileWriter()
  const out = new Out(await open(of.rdb, 'wx', 0o600))
  let keys = 0
  try {
    await out.add(writer.head({ hasTimes: survey.hasTimes, notes: of.notes }))
    for (const code of survey.libraries) await out.add(writer.library(code))
    const end = survey.hasMoved ? movingDatabasesMax : placesDb
    const slot = new SlotKeys(end, new Set(slotsOf(of.hidden ?? [])))
    const loader = new Loader(databases, slot)
    loader.begin(of.manifest)
    const write = async (): Promise<void> => {
      for (const { db, key, value, expiresAt } of slot.taken()) {
        await out.add(writer.key({ db: survey.places.nameOf(db), key, value, expiresAt }))
        keys++
      }
    }
    for await (const rows of readRows(of.rows)) {
      for (const row of rows) {
        loader.take([row])
        if (slot.hasDone) await write()
      }
    }
    checked(loader.finish(of.manifest))
    slot.end()
    await write()
    await out.add(writer.end())
  } finally {
    await out.close()
  }
  return { bytes: out.bytes, keys, libraries: survey.libraries.length }
}

async function surveyOf(rows: string, manifest: Uint8Array): Promise<Survey> {
  const survey: Survey = {
    places: new Places(placesDb),
    libraries: [],
    hasTimes: false,
    hasMoved: false,
  }
  const libraries: [name: string, code: string][] = []
  const look = (key: string, value: Value, db: number): void => {
    if (typeof value !== 'string') return
    if (db === placesDb && key === placesKey) survey.places.fromText(value)
    if (db === placesDb && key === slotsKey) survey.hasMoved = true
    if (db === hiddenFrom + hidden.libraries) libraries.push([key, value])
  }
  const loader = new Loader(databases, {
    segment: (at, { map }) => {
      for (const [key, value] of map) {
        if (at.db >= placesDb) look(key, value, at.db)
        else if (hasTimes(value)) survey.hasTimes = true
      }
    },
    part: (_key, value) => {
      if (hasTimes(value)) survey.hasTimes = true
    },
    lastBody: () => undefined,
    version: () => undefined,
  })
  loader.begin(manifest)
  for await (const each of readRows(rows)) loader.take(each)
  checked(loader.finish(manifest))
  libraries.sort(([a], [b]) => (a < b ? -1 : 1))
  survey.libraries.push(...libraries.map(([, code]) => code))
  return survey
}

function hasTimes(value: Value): boolean {
  return typeof value !== 'string' && value.type === 'hash' && value.timed > 0
}

function checked(found: object | string): void {
  if (typeof found !== 'string') return
  throw new QuorateError('BACKUP_INVALID', `what the member sent is not whole: ${found}`)
}

interface PlacedKey {
  readonly db: number
  readonly key: string
  readonly value: Value
  readonly expiresAt: number | undefined
}

/** Keys of the slot that is read; they are whole once the next one begins. */
class SlotKeys implements LoadTarget {
  #slot = -1
  #keys: PlacedKey[] = []
  #done: PlacedKey[] = []
  readonly #end: number
  readonly #hidden: ReadonlySet<number>

  /** `end`: databases from there on are no client's. `hidden`: nor are keys of these slots. */
  constructor(end: number, hidden: ReadonlySet<number>) {
    this.#end = end
    this.#hidden = hidden
  }

  readonly segment: LoadTarget['segment'] = (at, { map, times }) => {
    if (at.slot !== this.#slot) this.end()
    this.#slot = at.slot
    if (at.db >= this.#end || this.#hidden.has(at.slot)) return
    for (const [key, value] of map) {
      this.#keys.push({ db: at.db, key, value, expiresAt: times.get(key) })
    }
  }

  get hasDone(): boolean {
    return this.#done.length > 0
  }

  end(): void {
    this.#done.push(...this.#keys)
    this.#keys = []
  }

  taken(): readonly PlacedKey[] {
    const taken = this.#done
    this.#done = []
    return taken
  }

  part(): void {}
  lastBody(): void {}
  version(): void {}
}

/** A file that is written in pieces of a megabyte, and synced. */
class Out {
  readonly #file: FileHandle
  #pieces: Buffer[] = []
  #held = 0
  bytes = 0

  constructor(file: FileHandle) {
    this.#file = file
  }

  async add(bytes: Buffer): Promise<void> {
    this.#pieces.push(bytes)
    this.#held += bytes.length
    this.bytes += bytes.length
    if (this.#held >= bufferBytes) await this.#flush()
  }

  async close(): Promise<void> {
    await this.#flush()
    await this.#file.sync()
    await this.#file.close()
  }

  async #flush(): Promise<void> {
    const pieces = this.#pieces
    this.#pieces = []
    this.#held = 0
    await this.#file.appendFile(Buffer.concat(pieces))
  }
}
