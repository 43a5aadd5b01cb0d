// What connections hold in memory, each and together. Past the setting `maxmemory-clients` the largest of
// them are closed, as in Redis; CLIENT NO-EVICT spares one, and its memory still counts.

import type { Session } from './session.js'
import type { Settings } from './settings.js'

/** About what a name costs that a session listens to or keeps keys by. */
const nameBytes = 64

/** Bytes that a session holds: what came and is not executed, what it owes, and what it asked us to keep. */
export function clientBytes(session: Session): number {
  let bytes = session.parser.keptBytes + session.outputChars + session.unsent
  for (const chunk of session.waiting) bytes += chunk.length
  bytes += (session.transaction?.bytes ?? 0) + (session.watched?.bytes ?? 0)
  let names = session.tracking?.prefixes?.size ?? 0
  for (const set of session.listens ?? []) names += set.size
  return bytes + names * nameBytes
}

export class ClientMemory {
  readonly #settings: Settings
  readonly #sessions: () => Iterable<Session>
  readonly #bytes = new Map<Session, number>()
  #total = 0
  /** The total at which nobody could be found, or -1. */
  #kept = -1
  /** A number of bytes, or a share of `maxmemory` as `5%`. */
  #setting = '0'

  constructor(settings: Settings, sessions: () => Iterable<Session>) {
    this.#settings = settings
    this.#sessions = sessions
    settings.watch('maxmemory-clients', (text) => this.#follow(text))
  }

  /** Something of a session may have changed. */
  look(session: Session): void {
    if (this.#setting === '0' || session.isClosed) return
    const bytes = clientBytes(session)
    this.#total += bytes - (this.#bytes.get(session) ?? 0)
    this.#bytes.set(session, bytes)
  }

  forget(session: Session): void {
    this.#total -= this.#bytes.get(session) ?? 0
    this.#bytes.delete(session)
  }

  /** Sessions that have to go, the largest first. */
  excess(): readonly Session[] {
    const bound = this.#bound()
    if (bound === 0 || this.#total <= bound || this.#total === this.#kept) return []
    let over = this.#total - bound
    const found: Session[] = []
    const bySize = [...this.#bytes].sort((a, b) => b[1] - a[1])
    for (const [session, bytes] of bySize) {
      if (over <= 0) break
      if (session.facts.noEvict || session.isFinished) continue
      found.push(session)
      over -= bytes
    }
    this.#kept = found.length === 0 ? this.#total : -1
    return found
  }

  /** Bytes, 0 for no bound. */
  #bound(): number {
    const text = this.#setting
    if (!text.endsWith('%')) return Number(text)
    return Math.floor((this.#settings.integer('maxmemory') * Number(text.slice(0, -1))) / 100)
  }

  #follow(text: string): void {
    this.#setting = text === '0%' ? '0' : text
    this.#bytes.clear()
    this.#total = 0
    this.#kept = -1
    for (const session of this.#sessions()) this.look(session)
  }
}
