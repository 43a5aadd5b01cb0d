// Scripts and functions for a group that was added after they were loaded: whoever drives the first slots there brings
// them before. Every group keeps them for itself, and all keep the same.

import type { CommandSpec } from '../api/command.js'
import type { Engine } from '../api/engine.js'
import { type Group, type Lane, makeLane } from '../api/group.js'
import type { Now } from '../api/ids.js'
import { isError, type Reply } from '../api/reply.js'
import { hidden } from '../api/scripts.js'
import { hasBug } from '../base/seeded-bug.js'

export interface ScriptCopyInit {
  /** Of the group that slots leave. */
  readonly engine: Pick<Engine, 'scripting'>
  readonly target: Group
  readonly specOf: (name: string) => CommandSpec | undefined
}

/** Loads under way. */
const openMax = 16
/** Milliseconds until what was refused is tried again. */
const retryMs = 100

export class ScriptCopy {
  readonly #init: ScriptCopyInit
  readonly #lane: Lane
  readonly #left: (readonly string[])[] = []
  readonly #open = new Map<number, readonly string[]>()
  #ticket = 0
  /** Not before: a refusal may come at once, and would again. */
  #retryAt = 0
  #mono = 0

  constructor(init: ScriptCopyInit) {
    this.#init = init
    this.#lane = makeLane({ answer: (ticket, reply) => this.#loaded(ticket, reply) })
    const { scripting } = init.engine
    if (scripting === undefined || hasBug('move-scripts-stay')) return
    const texts = (database: number): string[] =>
      scripting.keys(database).map((key) => scripting.find(database, key) ?? '')
    for (const text of texts(hidden.scripts)) this.#left.push(['script', 'load', text])
    for (const code of texts(hidden.libraries)) this.#left.push(['function', 'load', code])
  }

  /** Once a turn; true once all are there. */
  turn({ mono }: Pick<Now, 'mono'>): boolean {
    this.#mono = mono
    while (this.#left.length > 0 && this.#open.size < openMax && mono >= this.#retryAt) {
      const args = this.#left.pop() as readonly string[]
      const spec = this.#init.specOf(`${args[0]}|${args[1]}`)
      if (spec === undefined) continue
      const ticket = ++this.#ticket
      this.#open.set(ticket, args)
      this.#init.target.submit(this.#lane, {
        spec,
        write: true,
        scripted: true,
        db: 0,
        args,
        ticket,
      })
    }
    return this.#left.length + this.#open.size === 0
  }

  #loaded(ticket: number, reply: Reply): void {
    const args = this.#open.get(ticket)
    this.#open.delete(ticket)
    if (args === undefined || !isError(reply)) return
    // Somebody loaded it there, or nobody may; a group without room has to be told again, as Redis would.
    if (/^(ERR|OOM) /.test(reply.text)) return
    this.#left.push(args)
    this.#retryAt = this.#mono + retryMs
  }

  /** Monotonic milliseconds. */
  wakeAt(): number {
    return this.#left.length > 0 && this.#open.size < openMax
      ? this.#retryAt
      : Number.POSITIVE_INFINITY
  }
}
