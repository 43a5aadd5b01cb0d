// XREAD and XREADGROUP over their streams, in steps where that is long.

import { later } from '../../../api/engine.js'
import { limits } from '../../../api/limits.js'
import { nullArray, type Reply } from '../../../api/reply.js'
import type { Context, Machine } from '../../context.js'
import type { StreamValue } from '../../values/stream.js'
import { idAfter, idMax } from '../../values/stream-id.js'
import type { StreamRead } from './read-group.js'
import { EntryWalk, entryReply } from './stream.js'

/** Reads them in turn: what has something to say is part of the answer, the null array if nothing has. */
export function readAll(context: Context, reads: readonly StreamRead[]): Reply | typeof later {
  if (reads.length === 0) return nullArray
  const machine = new ReadMachine(reads)
  const reply = machine.step(limits.stepElements)
  return reply === later ? context.begin(machine) : reply
}

class ReadMachine implements Machine {
  readonly #reads: readonly StreamRead[]
  #at = 0

  constructor(reads: readonly StreamRead[]) {
    this.#reads = reads
  }

  step(budget: number): Reply | typeof later {
    for (let left = budget; left > 0; left--) {
      const read = this.#reads[this.#at]
      if (read === undefined) return this.#answer()
      if (!read.take()) this.#at++
    }
    return later
  }

  #answer(): Reply {
    const told = this.#reads.filter((read) => read.found.length > 0 || !read.isOmittedEmpty)
    return { type: 'table', items: told.flatMap(({ key, found }) => [key, found]) }
  }
}

/** XREAD on one stream: entries behind an id. */
export class PlainRead implements StreamRead {
  readonly key: string
  readonly found: Reply[] = []
  readonly isOmittedEmpty = false
  readonly #count: number
  readonly #walk: EntryWalk | null

  constructor(key: string, what: { stream: StreamValue; after: string; count: number }) {
    this.key = key
    this.#count = what.count
    const first = idAfter(what.after)
    this.#walk = first === null ? null : new EntryWalk(what.stream, { first, last: idMax })
  }

  take(): boolean {
    const id = this.#walk?.next() ?? null
    if (id === null || this.#walk === null) return false
    this.found.push(entryReply(id, this.#walk.entry))
    return this.found.length !== this.#count
  }
}
