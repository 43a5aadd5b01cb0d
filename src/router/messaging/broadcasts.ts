// CLIENT TRACKING BCAST: clients that hear of every key with a prefix, whether they read it or not. Keys
// are gathered over a turn, one message for each prefix.

import type { Caller } from '../../api/group.js'
import type { Session } from '../session.js'

interface Prefix {
  readonly text: string
  readonly sessions: Set<Session>
  /** Keys that changed in this turn, with who did it last. */
  readonly keys: Map<string, Caller | null>
}

export class Broadcasts {
  /** Sorted, as Redis tells them. */
  #prefixes: Prefix[] = []

  get prefixCount(): number {
    return this.#prefixes.length
  }

  add(text: string, session: Session): void {
    let prefix = this.#prefixes.find((each) => each.text === text)
    if (prefix === undefined) {
      prefix = { text, sessions: new Set(), keys: new Map() }
      this.#prefixes.push(prefix)
      this.#prefixes.sort((a, b) => (a.text < b.text ? -1 : 1))
    }
    prefix.sessions.add(session)
  }

  remove(text: string, session: Session): void {
    const prefix = this.#prefixes.find((each) => each.text === text)
    if (prefix?.sessions.delete(session) !== true || prefix.sessions.size > 0) return
    this.#prefixes = this.#prefixes.filter((each) => each !== prefix)
  }

  changed(key: string, causer: Caller | null): void {
    for (const { text, keys } of this.#prefixes) if (key.startsWith(text)) keys.set(key, causer)
  }

  flush(send: (session: Session, keys: readonly string[]) => void): void {
    for (const { sessions, keys } of this.#prefixes) {
      if (keys.size === 0) continue
      const all = [...keys.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
      for (const session of sessions) {
        const isOwn = session.tracking?.noLoop === true
        const told = isOwn ? all.filter((key) => keys.get(key) !== session) : all
        if (told.length > 0) send(session, told)
      }
      keys.clear()
    }
  }
}
