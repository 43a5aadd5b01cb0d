// Client-side caching: who keeps which key, and who must hear that it changed. A key is in the table
// before its value leaves, and out of it when this member applies a change. Where changes could be
// missed, every client is told to forget all. Keys of all databases are one, as in Redis.

import type { ConnectionId } from '../../api/ids.js'
import type { Caller } from '../../api/group.js'
import type { Reply } from '../../api/reply.js'
import type { Session } from '../session.js'
import { Broadcasts } from './broadcasts.js'
import type { Encode } from './subscribers.js'
import type { TrackingMode } from './tracking-mode.js'

export const trackingChannel = '__redis__:invalidate'

export class Tracking {
  readonly #encode: Encode
  readonly #session: (id: ConnectionId) => Session | undefined
  /** One connection, or several; those that track no more are passed over. */
  readonly #table = new Map<string, ConnectionId | Set<ConnectionId>>()
  /** In the order in which they began. */
  readonly #clients = new Set<Session>()
  readonly #broadcasts = new Broadcasts()
  #items = 0
  /** Keys in the table at most, 0 for no bound. */
  keysMax = 0

  constructor(encode: Encode, session: (id: ConnectionId) => Session | undefined) {
    this.#encode = encode
    this.#session = session
  }

  get clientCount(): number {
    return this.#clients.size
  }

  get keyCount(): number {
    return this.#table.size
  }

  get itemCount(): number {
    return this.#items
  }

  get prefixCount(): number {
    return this.#broadcasts.prefixCount
  }

  begin(session: Session, mode: TrackingMode): void {
    session.tracking = mode
    this.#clients.add(session)
    for (const prefix of mode.prefixes ?? []) this.#broadcasts.add(prefix, session)
  }

  end(session: Session): void {
    const mode = session.tracking
    if (mode === null) return
    session.tracking = null
    this.#clients.delete(session)
    for (const prefix of mode.prefixes ?? []) this.#broadcasts.remove(prefix, session)
    // Nobody hears of changes now, nor of a flush: what stayed would be told of as if it had been read later.
    if (this.#clients.size === 0) this.#forget()
  }

  /** The values of keys are about to leave, or a client was told that there are none. */
  remember(session: Session, keys: readonly string[]): void {
    for (const key of keys) {
      const held = this.#table.get(key)
      if (held === undefined) {
        this.#table.set(key, session.id)
        this.#items++
      } else if (typeof held !== 'object') {
        if (held === session.id) continue
        this.#table.set(key, new Set([held, session.id]))
        this.#items++
      } else if (!held.has(session.id)) {
        held.add(session.id)
        this.#items++
      }
    }
  }

  changed(key: string, causer: Caller | null): void {
    this.#broadcasts.changed(key, causer)
    const held = this.#table.get(key)
    if (held === undefined) return
    this.#drop(key, held)
    if (typeof held !== 'object') this.#invalidate(held, key, causer)
    else for (const id of held) this.#invalidate(id, key, causer)
  }

  /** Every client forgets everything: a database was flushed, or a change may have been missed. */
  flush(): void {
    this.#forget()
    for (const session of this.#clients) this.#send(session, null)
  }

  #forget(): void {
    this.#table.clear()
    this.#items = 0
  }

  /** Tells a client at once not to keep what it just read. */
  refuse(session: Session, keys: readonly string[]): void {
    for (const key of keys) this.#send(session, [key])
  }

  /** The end of a turn: who hears of prefixes is told, and the table goes back to its bound. */
  endTurn(): void {
    this.#broadcasts.flush((session, keys) => this.#send(session, keys))
    if (this.keysMax === 0 || this.#table.size <= this.keysMax) return
    for (const [key, held] of this.#table) {
      if (this.#table.size <= this.keysMax) return
      this.#drop(key, held)
      for (const id of typeof held === 'object' ? held : [held]) this.#invalidate(id, key, null)
    }
  }

  #drop(key: string, held: ConnectionId | Set<ConnectionId>): void {
    this.#table.delete(key)
    this.#items -= typeof held === 'object' ? held.size : 1
  }

  #invalidate(id: ConnectionId, key: string, causer: Caller | null): void {
    const session = this.#session(id)
    const mode = session?.tracking ?? null
    if (session === undefined || mode === null || mode.prefixes !== null) return
    if (mode.noLoop && causer === session) return
    this.#send(session, [key])
  }

  #send(session: Session, keys: readonly string[] | null): void {
    const mode = session.tracking
    if (mode === null) return
    if (mode.redirect === 0) {
      if (session.protocol > 2) this.#push(session, ['invalidate', keys])
      return
    }
    const target = this.#session(mode.redirect)
    if (target === undefined || target.isFinished) {
      mode.isRedirectBroken = true
      if (session.protocol > 2) this.#push(session, ['tracking-redir-broken', mode.redirect])
    } else if (target.protocol > 2) this.#push(target, ['invalidate', keys])
    else if (target.subscribed > 0) this.#push(target, ['message', trackingChannel, keys])
  }

  #push(session: Session, items: readonly Reply[]): void {
    session.push(this.#encode({ type: 'push', items }, session.protocol))
  }
}
