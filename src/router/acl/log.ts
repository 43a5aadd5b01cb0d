// ACL LOG: what users were refused, newest first. Equal refusals within a minute are one entry.

import type { Reply } from '../../api/reply.js'

export type LogReason = 'auth' | 'command' | 'key' | 'channel'
export type LogContext = 'toplevel' | 'multi' | 'lua' | 'module'

interface Entry {
  readonly id: number
  count: number
  readonly reason: LogReason
  readonly context: LogContext
  readonly object: string
  readonly user: string
  /** Wall milliseconds. */
  readonly createdAt: number
  updatedAt: number
  client: string
}

export interface Refusal {
  readonly reason: LogReason
  readonly context: LogContext
  /** The command, key or channel; the command that authenticates. */
  readonly object: string
  readonly user: string
  /** As CLIENT INFO describes it. */
  readonly client: string
}

const groupMs = 60_000
/** Entries, from the newest, that an equal refusal is looked for among. */
const groupEntries = 10
const objectCharsMax = 1_024

export class AclLog {
  readonly #entries: Entry[] = []
  #nextId = 0

  get count(): number {
    return this.#entries.length
  }

  add(refusal: Refusal, now: { readonly wall: number; readonly max: number }): void {
    const object = refusal.object.slice(0, objectCharsMax)
    const at = this.#entries
      .slice(0, groupEntries)
      .findIndex(
        (entry) =>
          entry.reason === refusal.reason &&
          entry.context === refusal.context &&
          entry.object === object &&
          entry.user === refusal.user &&
          now.wall - entry.updatedAt <= groupMs,
      )
    const [known] = at < 0 ? [] : this.#entries.splice(at, 1)
    if (known === undefined) {
      this.#entries.unshift({
        id: this.#nextId++,
        count: 1,
        reason: refusal.reason,
        context: refusal.context,
        object,
        user: refusal.user,
        createdAt: now.wall,
        updatedAt: now.wall,
        client: refusal.client,
      })
    } else {
      known.count++
      known.updatedAt = now.wall
      known.client = refusal.client
      this.#entries.unshift(known)
    }
    if (this.#entries.length > now.max) this.#entries.length = now.max
  }

  reset(): void {
    this.#entries.length = 0
  }

  /** The newest `count` entries. */
  list(count: number, wall: number): Reply {
    return this.#entries.slice(0, count).map((entry) => ({
      type: 'map',
      pairs: [
        ...['count', entry.count, 'reason', entry.reason, 'context', entry.context],
        ...['object', entry.object, 'username', entry.user],
        'age-seconds',
        { type: 'double', value: Math.max(0, wall - entry.createdAt) / 1000 },
        ...['client-info', entry.client, 'entry-id', entry.id],
        ...['timestamp-created', entry.createdAt, 'timestamp-last-updated', entry.updatedAt],
      ],
    }))
  }
}
