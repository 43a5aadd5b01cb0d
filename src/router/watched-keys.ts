// The keys that a session watches, with the versions that their slots had when they were watched. A
// watch that could not be read counts as changed: EXEC then answers null, and never too much.

import type { Group } from '../api/group.js'
import { limits } from '../api/limits.js'
import { type ErrorReply, isError, ok, type Reply } from '../api/reply.js'
import { type WatchedKey, watchName } from '../api/transaction.js'
import type { CommandEntry } from './command-entry.js'
import type { Session } from './session.js'
import type { RouterState, Run } from './state.js'

interface Watched extends WatchedKey {
  /** Index of the key's group. */
  readonly group: number
}

/** What a key costs besides its bytes. */
const keyBytes = 64

export class WatchedKeys {
  readonly keys: Watched[] = []
  /** A version could not be had. */
  isLost = false
  /** Keys whose version is asked for or known, with their databases. */
  readonly #known = new Set<string>()
  #bytes = 0
  #asked = 0

  /** Versions are on their way. */
  get isOpen(): boolean {
    return this.#asked > 0
  }

  /** About what they take. */
  get bytes(): number {
    return this.#bytes
  }

  /** More is watched than a client may make us keep. */
  get isFull(): boolean {
    return this.#bytes > limits.queryBytesMax
  }

  /** The keys that are not watched yet, by the index of their group. */
  fresh(state: RouterState, db: number, keys: readonly string[]): ReadonlyMap<number, string[]> {
    const byGroup = new Map<number, string[]>()
    for (const key of keys) {
      const name = `${db} ${key}`
      if (this.#known.has(name)) continue
      this.#known.add(name)
      this.#bytes += key.length + keyBytes
      const group = state.route.groupOf(db, key)
      const list = byGroup.get(group)
      if (list === undefined) byGroup.set(group, [key])
      else list.push(key)
    }
    return byGroup
  }

  asked(): void {
    this.#asked++
  }

  /** What a group says of its keys; an error is handed on. */
  take(
    of: { readonly db: number; readonly group: number; readonly keys: readonly string[] },
    reply: Reply,
  ): ErrorReply | null {
    this.#asked--
    if (!Array.isArray(reply) || reply.length !== of.keys.length) {
      this.isLost = true
      return isError(reply) ? reply : null
    }
    of.keys.forEach((key, at) => {
      this.keys.push({ db: of.db, group: of.group, key, version: Number(reply[at]) })
    })
    return null
  }
}

/** Asks the groups for the versions of keys and answers the session when all are there. */
export function watch(session: Session, keys: readonly string[], state: RouterState): void {
  const entry = state.table.find(watchName) as CommandEntry<Run>
  session.watched ??= new WatchedKeys()
  const { watched, db } = session
  const byGroup = watched.fresh(state, db, keys)
  const ticket = session.open(entry)
  let open = byGroup.size
  let error: ErrorReply | null = null
  if (open === 0) session.answer(ticket, ok)
  for (const [index, own] of byGroup) {
    const group = state.groups[index] as Group
    watched.asked()
    group.submit(session.lanes.of(index, group), {
      spec: entry.spec,
      write: false,
      level: state.route.fences[index],
      db,
      args: [watchName, ...own],
      ticket: session.openPart({
        take: (reply) => {
          error = watched.take({ db, group: index, keys: own }, reply) ?? error
          if (--open === 0) session.answer(ticket, error ?? ok)
        },
      }),
    })
  }
}
