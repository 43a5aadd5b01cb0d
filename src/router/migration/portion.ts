// Moves some keys of one group. A round: the versions of their slots, then dumps of those that are new or
// changed, then the target, then one entry that deletes what the target confirmed, if no version changed
// meanwhile; what did change goes into the next round. A key is deleted here only while the target holds
// exactly its last value. Driven by a Migration, from answer to answer.

import type { Sent } from '../../api/io.js'
import { limits } from '../../api/limits.js'
import { migrateChanging, migrateDeleted, migrateFaults, targetError } from '../../api/replies.js'
import { type ErrorReply, isError, type Reply } from '../../api/reply.js'
import { keySlot } from '../../base/keyslot.js'
import type { RouterState } from '../state.js'
import type { Asking, Place } from './asking.js'
import type { Holds } from './holds.js'
import type { MigrateRequest } from './request.js'

/** A key on its way. */
export interface Item {
  readonly key: string
  /** Its first index among the keys of the command, and how often it stands there. */
  readonly at: number
  readonly times: number
  /** Of its slot, looked up before the value. */
  version: number
  /** What `version` was when the target confirmed the value; null before. */
  sentVersion: number | null
  /** Monotonic milliseconds at which what was sent expires. */
  endsAt: number
}

export interface PortionInit {
  readonly state: RouterState
  readonly asking: Asking
  readonly holds: Holds
  readonly place: Place
  readonly request: MigrateRequest
  readonly items: readonly Item[]
  readonly send: (body: readonly (readonly string[])[], take: (sent: Sent) => void) => void
  readonly failed: (at: number, error: ErrorReply) => void
  /** False where nothing more may be sent or asked. */
  readonly done: (goesOn: boolean) => void
}

/** Clocks of members may differ by about so many milliseconds when a key expires. */
const expiryMs = 1_000

export class Portion {
  readonly #init: PortionInit
  #items: readonly Item[]
  #rounds = 0
  #goesOn = true
  /** Slots whose writers wait. */
  #held: ReadonlySet<number> | null = null

  constructor(init: PortionInit) {
    this.#init = init
    this.#items = init.items
  }

  begin(): void {
    const { asking, place, failed } = this.#init
    const [first] = this.#items
    if (first === undefined) return this.#end()
    if (this.#rounds === limits.migrateRoundsMax) {
      failed(first.at, migrateChanging)
      return this.#end()
    }
    if (this.#rounds > 0) this.#hold()
    this.#rounds++
    const keys = this.#items.map(({ key }) => key)
    // The value is read behind the answer: it is never older than the version.
    return asking.versions(place, keys, (reply) => {
      if (!Array.isArray(reply)) return this.#fail(reply)
      this.#items.forEach((item, i) => {
        item.version = Number(reply[i])
      })
      const changed = this.#items.filter(({ version, sentVersion }) => version !== sentVersion)
      if (changed.length === 0) this.#settle()
      else this.#read(changed)
    })
  }

  #read(items: readonly Item[]): void {
    const { asking, place } = this.#init
    const calls = items.flatMap(({ key }) => [
      ['dump', key],
      ['pttl', key],
    ])
    asking.read(place, calls, (reply) => {
      if (!Array.isArray(reply)) return this.#fail(reply)
      const values = items.map((item, i) => ({
        item,
        dump: reply[2 * i] as Reply,
        ttl: Number(reply[2 * i + 1]),
      }))
      for (const { item, dump } of values) if (typeof dump !== 'string') this.#drop(item, dump)
      this.#send(values.filter(({ dump }) => typeof dump === 'string'))
    })
  }

  /** There is no value to send. */
  #drop(item: Item, dump: Reply): void {
    const { state, failed } = this.#init
    this.#items = this.#items.filter((each) => each !== item)
    if (isError(dump)) failed(item.at, dump)
    else if (item.sentVersion !== null && state.now.mono + expiryMs < item.endsAt) {
      failed(item.at, migrateDeleted)
    }
  }

  #send(
    values: readonly { readonly item: Item; readonly dump: Reply; readonly ttl: number }[],
  ): void {
    const body: (readonly string[])[] = []
    const order: Item[] = []
    for (const { item, dump, ttl } of values) {
      const replaces = this.#init.request.isReplacing || item.sentVersion !== null
      const until = String(ttl < 0 ? 0 : Math.max(1, ttl))
      const restore = ['RESTORE', item.key, until, dump as string]
      if (replaces) restore.push('REPLACE')
      const times = item.sentVersion === null ? item.times : 1
      for (let i = 0; i < times; i++) {
        body.push(restore)
        order.push(item)
      }
      item.endsAt = ttl < 0 ? Number.POSITIVE_INFINITY : this.#init.state.now.mono + ttl
    }
    if (body.length === 0) this.#settle()
    else this.#init.send(body, (sent) => this.#sent(order, sent))
  }

  #sent(order: readonly Item[], { fault, head, body }: Sent): void {
    const { failed } = this.#init
    const refused = head.find((text) => text !== null)
    if (fault !== null || refused !== undefined) this.#goesOn = false
    const confirmed = new Set(order.filter((_, i) => body[i] === null))
    order.forEach((item, i) => {
      const text = refused ?? body[i]
      if (typeof text === 'string') failed(item.at, targetError(text))
      else if (text === undefined) failed(item.at, migrateFaults[fault ?? 'read'])
    })
    for (const item of confirmed) item.sentVersion = item.version
    this.#items = this.#items.filter(({ version, sentVersion }) => version === sentVersion)
    this.#settle()
  }

  /** Every item stands at the target as it was at its version. */
  #settle(): void {
    if (this.#init.request.isCopy || this.#items.length === 0) return this.#end()
    // One entry for all; keys that keep changing must not keep the others.
    const parts = this.#rounds === 1 ? [this.#items] : this.#items.map((item) => [item])
    const left: Item[] = []
    let open = parts.length
    let error: Reply | null = null
    for (const part of parts) {
      this.#delete(part, (reply) => {
        if (isError(reply)) error = error === null || !reply.definite ? reply : error
        else if (!Array.isArray(reply)) left.push(...part)
        if (--open > 0) return
        this.#items = left
        if (error === null) this.begin()
        else this.#fail(error)
      })
    }
  }

  #delete(items: readonly Item[], take: (reply: Reply) => void): void {
    const { asking, place } = this.#init
    const { db } = place
    const watched = items.map(({ key, version }) => ({ db, key, version }))
    const calls = items.map(({ key }) => ({ db, args: ['del', key] }))
    asking.write(place, { watched, calls }, take)
  }

  /** The group does not answer. */
  #fail(reply: Reply): void {
    this.#goesOn = false
    const [first] = this.#items
    if (isError(reply)) this.#init.failed(first?.at ?? 0, reply)
    this.#end()
  }

  #hold(): void {
    if (this.#held !== null) return
    const { holds, state } = this.#init
    this.#held = new Set(this.#items.map(({ key }) => keySlot(key)))
    holds.hold(this.#held, state.now.mono + limits.migrateHoldMs)
  }

  #end(): void {
    if (this.#held !== null) this.#init.holds.release(this.#held)
    this.#held = null
    this.#init.done(this.#goesOn)
  }
}
