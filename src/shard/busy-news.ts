// That a script of the group runs for long at its leader, told to the other members: their clients get
// BUSY for what would change data, and may end it from there. News are repeated while they hold, and
// forgotten when they stop coming.

import type { MemberId, Now } from '../api/ids.js'
import { busyFunction, busyScript, notBusy } from '../api/replies.js'
import { type ErrorReply, ok, type Reply } from '../api/reply.js'
import { channels, type ShardSink } from './sink.js'

export type ScriptKind = 'script' | 'function'

export interface BusyNewsInit {
  readonly self: MemberId
  readonly members: readonly MemberId[]
  readonly sink: ShardSink
}

/** Milliseconds between two tellings, and until news are old. */
const againMs = 250
const oldMs = 1_000
const kinds: readonly (ScriptKind | null)[] = [null, 'script', 'function']

export class BusyNews {
  readonly #init: BusyNewsInit
  /** What was told last, and when. */
  #told: ScriptKind | null = null
  #toldAt = 0
  #heard: { readonly kind: ScriptKind; readonly from: MemberId; readonly until: number } | null =
    null
  #mono = 0

  constructor(init: BusyNewsInit) {
    this.#init = init
  }

  /** Once per turn: what runs for long at this member. */
  turn(kind: ScriptKind | null, now: Now): void {
    this.#mono = now.mono
    const isNews = kind !== this.#told
    if (!isNews && (kind === null || now.mono - this.#toldAt < againMs)) return
    this.#told = kind
    this.#toldAt = now.mono
    const body = Uint8Array.of(kinds.indexOf(kind))
    for (const member of this.#init.members) {
      if (member !== this.#init.self) this.#init.sink.send(member, channels.busy, body)
    }
  }

  hear(from: MemberId, body: Uint8Array, now: Now): void {
    const kind = kinds[body[0] ?? 0] ?? null
    if (kind !== null) this.#heard = { kind, from, until: now.mono + oldMs }
    else if (this.#heard?.from === from) this.#heard = null
  }

  /** The answer to what changes data while a script runs for long at another member, or null. */
  busy(): ErrorReply | null {
    const heard = this.#heard
    if (heard === null || heard.until < this.#mono) return null
    return heard.kind === 'script' ? busyScript : busyFunction
  }

  /** Asks who runs it to end it. */
  kill(kind: ScriptKind): Reply {
    const busy = this.busy()
    if (this.#heard === null || busy === null) return notBusy
    if (this.#heard.kind !== kind) return busy
    this.#init.sink.send(this.#heard.from, channels.kill, Uint8Array.of(kinds.indexOf(kind)))
    return ok
  }

  static kindOf(body: Uint8Array): ScriptKind {
    return kinds[body[0] ?? 0] ?? 'script'
  }
}
