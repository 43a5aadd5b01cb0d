// The few things that a client may have done with files: ACL SAVE, ACL LOAD, CONFIG REWRITE. The host does
// them; which files is the operator's choice, never the client's (S25).

import type { FileTask, Output } from '../api/io.js'
import type { Reply } from '../api/reply.js'
import type { CommandEntry } from './command-entry.js'
import type { Session } from './session.js'

export interface FileResult {
  /** Null when it was done. */
  readonly error: string | null
  readonly text: string
}

interface Waiting {
  readonly session: Session
  readonly ticket: number
  readonly make: (result: FileResult, answer: (reply: Reply) => void) => void
}

export class Files {
  readonly #out: (output: Output) => void
  readonly #waiting = new Map<number, Waiting>()
  #nextId = 1

  constructor(out: (output: Output) => void) {
    this.#out = out
  }

  /** `make` answers the session with what it makes of the result; what follows waits. */
  ask(
    session: Session,
    entry: CommandEntry | null,
    how: { readonly task: FileTask; readonly make: Waiting['make'] },
  ): void {
    const id = this.#nextId++
    this.#waiting.set(id, { session, ticket: session.open(entry), make: how.make })
    session.block()
    this.#out({ kind: 'file', id, task: how.task })
  }

  done(id: number, result: FileResult): void {
    const waiting = this.#waiting.get(id)
    if (waiting === undefined) return
    this.#waiting.delete(id)
    const { session, ticket, make } = waiting
    // What was asked for happens though nobody waits for the reply any more.
    make(result, (reply) => {
      if (session.isClosed) return
      session.answer(ticket, reply)
      session.unblock()
    })
  }
}
