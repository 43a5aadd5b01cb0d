// That a script of the group runs for long at its leader, told to the other members: their clients get
// BUSY from when it runs for longer than the member bears, and may look at it and end it from there. News
// are repeated while they hold, and forgotten when they stop coming.

import type { Config } from '../api/config.js'
import type { RunningScript } from '../api/group.js'
import type { MemberId, Now } from '../api/ids.js'
import { limits } from '../api/limits.js'
import { busyFunction, busyScript, notBusy } from '../api/replies.js'
import { type ErrorReply, ok, type Reply } from '../api/reply.js'
import { ByteReader, ByteWriter } from '../base/bytes.js'
import { channels, type ShardSink } from './sink.js'

export type ScriptKind = 'script' | 'function'

/** What runs beside the loop. */
export interface Running extends RunningScript {
  readonly kind: ScriptKind
}

export interface BusyNewsInit {
  readonly config: Pick<Config, 'self' | 'members'>
  readonly sink: ShardSink
  /** Milliseconds after which this member's clients are told. */
  readonly busyMs: () => number
}

interface Heard {
  readonly running: Running
  readonly from: MemberId
  readonly at: number
}

/** Milliseconds that a script runs before others hear of it, between two tellings, until news are old. */
const soonMs = 5
const againMs = 250
const oldMs = 1_000
const kinds: readonly (ScriptKind | null)[] = [null, 'script', 'function']

export class BusyNews {
  readonly #init: BusyNewsInit
  /** What was told last, and when. */
  #told: ScriptKind | null = null
  #toldAt = 0
  #heard: Heard | null = null
  #mono = 0

  constructor(init: BusyNewsInit) {
    this.#init = init
  }

  /** Once per turn: what runs beside the loop of this member. */
  turn(running: Running | null, now: Now): void {
    this.#mono = now.mono
    const told = running === null || running.ms < soonMs ? null : running
    const kind = told === null ? null : told.kind
    const isNews = kind !== this.#told
    if (!isNews && (kind === null || now.mono - this.#toldAt < againMs)) return
    this.#told = kind
    this.#toldAt = now.mono
    const body = encodeNews(told)
    const { members, self } = this.#init.config
    for (const { id } of members) if (id !== self) this.#init.sink.send(id, channels.busy, body)
  }

  hear(from: MemberId, body: Uint8Array, now: Now): void {
    const running = decodeNews(body)
    if (running !== null) this.#heard = { running, from, at: now.mono }
    else if (this.#heard?.from === from) this.#heard = null
  }

  /** What runs beside the loop of another member, as far as it is known, or null. */
  get running(): Running | null {
    const heard = this.#fresh
    if (heard === null) return null
    return { ...heard.running, ms: heard.running.ms + this.#mono - heard.at }
  }

  /** The answer to other commands while a script runs for long at another member, or null. */
  busy(): ErrorReply | null {
    const heard = this.#fresh
    if (heard === null) return null
    const ms = heard.running.ms + this.#mono - heard.at
    return ms < this.#init.busyMs() ? null : busyWith(heard.running.kind)
  }

  /** Asks who runs it to end it. */
  kill(kind: ScriptKind): Reply {
    const heard = this.#fresh
    if (heard === null) return notBusy
    if (heard.running.kind !== kind) return busyWith(heard.running.kind)
    this.#init.sink.send(heard.from, channels.kill, Uint8Array.of(kinds.indexOf(kind)))
    return ok
  }

  static kindOf(body: Uint8Array): ScriptKind {
    return kinds[body[0] ?? 0] ?? 'script'
  }

  get #fresh(): Heard | null {
    const heard = this.#heard
    return heard === null || heard.at + oldMs < this.#mono ? null : heard
  }
}

export function busyWith(kind: ScriptKind): ErrorReply {
  return kind === 'script' ? busyScript : busyFunction
}

function encodeNews(running: Running | null): Uint8Array {
  if (running === null) return Uint8Array.of(0)
  const writer = new ByteWriter().byte(kinds.indexOf(running.kind)).varint(running.ms)
  writer.text(running.name.slice(0, limits.busyNewsBytesMax))
  let room = limits.busyNewsBytesMax
  const words = running.command.slice(0, limits.busyNewsWordsMax).map((word) => {
    const shown = word.slice(0, room)
    room -= shown.length
    return shown
  })
  writer.varint(words.length)
  for (const word of words) writer.text(word)
  return writer.finish()
}

function decodeNews(body: Uint8Array): Running | null {
  const reader = new ByteReader(body)
  const kind = kinds[reader.byte()] ?? null
  if (kind === null) return null
  const ms = reader.varint()
  const name = reader.text()
  const command: string[] = []
  const words = Math.min(reader.varint(), limits.busyNewsWordsMax)
  for (let i = 0; i < words; i++) command.push(reader.text())
  return reader.ok ? { kind, name, command, ms } : null
}
