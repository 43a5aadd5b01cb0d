// The engine for scripts: execution under a journal, and the hidden databases that hold scripts and
// functions, so that checkpoints, snapshots and the digest have them like any other key.

import { fitsArity } from '../api/command.js'
import type { EngineScripting, later } from '../api/engine.js'
import { hiddenDatabases } from '../api/scripts.js'
import { dbIndexRange, unknownCommand, wrongArity } from '../api/replies.js'
import type { Reply } from '../api/reply.js'
import { assert } from '../base/assert.js'
import { commandTable } from './commands/table.js'
import type { Context } from './context.js'
import type { SlotTable } from './database.js'
import type { Journal } from './journal.js'
import { rowDatabasesMax } from './rows.js'
import type { Unpacked } from './unpacked.js'

/** Fixed, so that a change of the number of databases does not show them. */
export const hiddenFrom = rowDatabasesMax - hiddenDatabases
/** Of all that no client can name: what waits for its slots to change hands, and the order of the databases. */
const stagedFrom = Math.floor((hiddenFrom - 1) / 2)

export interface ScriptingInit {
  readonly context: Context
  readonly journal: Journal
  readonly isFull: () => boolean
  /** What was executed since `speculate` has not happened. */
  readonly undone: () => void
  /** What follows is tried out, or is not any more. */
  readonly speculates: (isOn: boolean) => void
  readonly unpacked: Unpacked
}

export class Scripting implements EngineScripting {
  readonly hiddenFrom = hiddenFrom
  readonly #init: ScriptingInit
  /** The clock before the entry that will be undone, null where none is open: it is what others may see. */
  clockBefore: number | null = null

  constructor(init: ScriptingInit) {
    this.#init = init
  }

  get isFull(): boolean {
    return this.#init.isFull()
  }

  get clock(): number {
    return this.#init.context.clock
  }

  get changes(): number {
    return this.#init.journal.changes
  }

  speculate(): void {
    this.#init.unpacked.trimBatch()
    this.clockBefore = this.#init.context.clock
    this.#init.context.effects.speculate()
    this.#init.speculates(true)
  }

  happened(mark: number, clock: number): void {
    this.#init.journal.forget(mark)
    this.clockBefore = clock
  }

  allHappened(): void {
    this.#init.context.effects.endJournal(false)
    this.#init.speculates(false)
    this.clockBefore = null
  }

  undo(): void {
    const { context } = this.#init
    context.machine = null
    context.effects.endJournal(true)
    this.#init.speculates(false)
    context.clock = this.clockBefore ?? context.clock
    this.clockBefore = null
    this.#init.undone()
  }

  mark(): number {
    return this.#init.journal.mark()
  }

  lightMark(): number {
    return this.#init.journal.lightMark()
  }

  undoTo(mark: number): boolean {
    this.#init.context.machine = null
    return this.#init.journal.rollbackTo(mark)
  }

  execute(db: number, args: readonly string[], isScript = false): Reply | typeof later {
    const { context, unpacked } = this.#init
    assert(context.machine === null, 'a long command is finished before the next one')
    unpacked.trim()
    const command = commandTable.get(args[0] ?? '')
    if (command === undefined) return unknownCommand(args)
    if (!fitsArity(command, args.length)) return wrongArity(command.name)
    const isHidden = db >= stagedFrom && db < rowDatabasesMax
    if (db < 0 || (db >= context.options.databases && !isHidden)) return dbIndexRange
    context.enter(db)
    context.mayWait = false
    context.isScript = isScript
    const reply = command.execute(context, args)
    context.isScript = false
    return reply
  }

  reseed(salt: number): void {
    this.#init.context.reseed(salt)
  }

  find(database: number, key: string): string | null {
    const value = this.#init.context.keyspace.find(hiddenFrom + database, key)?.map.get(key)
    return typeof value === 'string' ? value : null
  }

  count(database: number): number {
    let count = 0
    for (const table of this.#tables(database)) {
      for (const segment of table.segments) count += segment.map.size
    }
    return count
  }

  bytes(database: number): number {
    return this.#init.context.keyspace.databases[hiddenFrom + database]?.bytes ?? 0
  }

  keys(database: number): readonly string[] {
    const found: string[] = []
    for (const table of this.#tables(database)) {
      for (const segment of table.segments) found.push(...segment.map.keys())
    }
    return found.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  }

  #tables(database: number): Iterable<SlotTable> {
    return this.#init.context.keyspace.databases[hiddenFrom + database]?.tables.all() ?? []
  }
}
