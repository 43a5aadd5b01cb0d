// Blocking commands that wait: replicated state of a group, beside the windows. A waiter is named by
// the batch and the place in it that queued it; waiters of a key are served in the order of the log.
// What they were answered is kept until their origin says that it has heard, as answers in the windows.

import type { Engine, KeyWatch, WaitedValue, Waiting } from '../api/engine.js'
import { waitedValues } from '../api/engine.js'
import type { EntryHead } from '../api/entry.js'
import { limits } from '../api/limits.js'
import { silent, type Reply } from '../api/reply.js'
import { decodeReply, encodeReply } from '../api/reply-codec.js'
import type { ByteReader, ByteWriter } from '../base/bytes.js'
import { type Hash64, hashBytes } from '../base/hash.js'
import { hasBug } from '../base/seeded-bug.js'
import { ByteWriter as Writer } from '../base/bytes.js'
import { estimate } from './estimate.js'

/** Which blocking command: its origin, the batch that queued it and its place there. */
export interface WaiterId {
  readonly origin: number
  readonly incarnation: number
  readonly sequence: number
  readonly index: number
}

export interface Waiter extends WaiterId, Waiting {
  readonly db: number
}

export interface LateAnswer {
  readonly id: WaiterId
  /** 1, 2, 3 ... of its origin's incarnation. */
  readonly number: number
  readonly reply: Reply
}

/** Late answers of one origin that it has not heard of, oldest first. */
interface Late {
  readonly incarnation: number
  /** Answers so far. */
  count: number
  answers: LateAnswer[]
  bytes: number
}

/** A key that somebody waits for. */
export interface WaitedKey {
  readonly db: number
  readonly key: string
  readonly waiters: Set<Waiter>
}

export class Waiters implements KeyWatch {
  /** In the order of the log. */
  #waiters = new Map<string, Waiter>()
  /** By database and key; asked at every change while somebody waits. */
  #keys = new Map<number, Map<string, WaitedKey>>()
  #late = new Map<number, Late>()
  /** Keys that changed since they were last looked at, in order. */
  #ready = new Set<WaitedKey>()
  #engine: Engine | null = null

  /** The engine whose changes it hears of. */
  attach(engine: Engine): void {
    this.#engine = engine
    this.#ready.clear()
    engine.watchKeys(this.#keys.size > 0 ? this : null)
  }

  get size(): number {
    return this.#waiters.size
  }

  touched(db: number, key: string): void {
    const waited = this.#keys.get(db)?.get(key)
    if (waited !== undefined) this.#ready.add(waited)
  }

  touchedAll(db: number): void {
    for (const waited of this.#keys.get(db)?.values() ?? []) this.#ready.add(waited)
  }

  get hasReady(): boolean {
    return this.#ready.size > 0
  }

  /** The key that changed first, or null; it is looked at again only when it changes again. */
  nextReady(): WaitedKey | null {
    for (const waited of this.#ready) {
      this.#ready.delete(waited)
      return waited
    }
    return null
  }

  /** What changed before counts no more: an entry begins. */
  forgetReady(): void {
    if (this.#ready.size > 0) this.#ready.clear()
  }

  /** The command at `index` of a batch waits. Answers what its place in the batch is answered. */
  queue(
    head: EntryHead,
    at: { readonly index: number; readonly db: number },
    waiting: Waiting,
  ): Reply {
    const { origin, incarnation, sequence } = head
    this.#add({ origin, incarnation, sequence, ...at, ...waiting })
    return silent
  }

  /** In the order of the log. */
  all(): readonly Waiter[] {
    return [...this.#waiters.values()]
  }

  has(id: WaiterId): boolean {
    return this.#waiters.has(textOf(id))
  }

  find(id: WaiterId): Waiter | undefined {
    return this.#waiters.get(textOf(id))
  }

  isWaiting(waiter: Waiter): boolean {
    return this.#waiters.get(textOf(waiter)) === waiter
  }

  /** It waits no more; whether it did. */
  remove(id: WaiterId): boolean {
    const name = textOf(id)
    const waiter = this.#waiters.get(name)
    if (waiter === undefined) return false
    this.#waiters.delete(name)
    for (const key of waiter.keys) {
      const ofDatabase = this.#keys.get(waiter.db)
      const waited = ofDatabase?.get(key)
      waited?.waiters.delete(waiter)
      if (waited?.waiters.size !== 0) continue
      ofDatabase?.delete(key)
      this.#ready.delete(waited)
      if (ofDatabase?.size === 0) this.#keys.delete(waiter.db)
    }
    if (this.#keys.size === 0) this.#engine?.watchKeys(null)
    return true
  }

  /** It is served: keeps the answer until its origin has heard. Answers the number of the answer. */
  serve(waiter: Waiter, reply: Reply): number {
    if (!hasBug('shard-waiter-served-twice')) this.remove(waiter)
    const { origin, incarnation, sequence, index } = waiter
    let late = this.#late.get(origin)
    if (late === undefined || late.incarnation !== incarnation) {
      late = { incarnation, count: 0, answers: [], bytes: 0 }
      this.#late.set(origin, late)
    }
    const id = { origin, incarnation, sequence, index }
    late.count++
    late.answers.push({ id, number: late.count, reply })
    late.bytes += estimate(reply) + 32
    // Too many bytes: the oldest are forgotten, by a rule that is the same on every replica.
    while (late.bytes > limits.answerBytesMax) dropOldest(late)
    return late.count
  }

  /** The origin has all answers up to `number`. */
  heard(origin: number, incarnation: number, number: number): void {
    const late = this.#late.get(origin)
    if (late === undefined || late.incarnation !== incarnation) return
    while (late.answers.length > 0 && (late.answers[0] as LateAnswer).number <= number) {
      dropOldest(late)
    }
  }

  /** Late answers that are kept. */
  get lateCount(): number {
    let count = 0
    for (const { answers } of this.#late.values()) count += answers.length
    return count
  }

  /** The answer that is kept for it, or null. */
  answerOf(id: WaiterId): LateAnswer | null {
    const late = this.#late.get(id.origin)
    if (late === undefined || late.incarnation !== id.incarnation) return null
    return (
      late.answers.find((each) => each.id.sequence === id.sequence && each.id.index === id.index) ??
      null
    )
  }

  /** Of one incarnation of an origin: who waits, and the late answers that are kept. */
  ofOrigin(
    origin: number,
    incarnation: number,
  ): {
    readonly waiting: readonly WaiterId[]
    readonly late: readonly LateAnswer[]
    /** Number of the first of them, or of the next one. */
    readonly lateFrom: number
  } {
    const waiting = [...this.#waiters.values()].filter(
      (each) => each.origin === origin && each.incarnation === incarnation,
    )
    const late = this.#late.get(origin)
    if (late === undefined || late.incarnation !== incarnation)
      return { waiting, late: [], lateFrom: 1 }
    return { waiting, late: late.answers, lateFrom: late.answers[0]?.number ?? late.count + 1 }
  }

  /** Forgets what an origin's earlier incarnations left. */
  dropBefore(origin: number, incarnation: number): void {
    const late = this.#late.get(origin)
    if (late !== undefined && late.incarnation < incarnation) this.#late.delete(origin)
    this.cancel(origin, incarnation - 1)
  }

  /**
   * Ends the waits of an origin, up to an incarnation; those that waited. Its late answers stay: it may
   * live, and count on.
   */
  cancel(origin: number, incarnation: number): readonly Waiter[] {
    if (this.#waiters.size === 0) return []
    const gone = [...this.#waiters.values()].filter(
      (each) => each.origin === origin && each.incarnation <= incarnation,
    )
    for (const each of gone) this.remove(each)
    return gone
  }

  /** Whether an incarnation before `incarnation` still waits or has answers. */
  isHaunted(origin: number, incarnation: number): boolean {
    const late = this.#late.get(origin)
    if (late !== undefined && late.incarnation < incarnation) return true
    if (this.#waiters.size === 0) return false
    for (const each of this.#waiters.values()) {
      if (each.origin === origin && each.incarnation < incarnation) return true
    }
    return false
  }

  /** The origins that wait, with the incarnation of their latest waiter. */
  origins(): ReadonlyMap<number, number> {
    const found = new Map<number, number>()
    for (const { origin, incarnation } of this.#waiters.values()) {
      found.set(origin, Math.max(incarnation, found.get(origin) ?? 0))
    }
    return found
  }

  /** Joined to the engine's digest. */
  digest(engine: Hash64): Hash64 {
    if (this.#waiters.size === 0 && this.#late.size === 0) return engine
    const writer = new Writer(256)
    this.encode(writer)
    return hashBytes(writer.finish(), engine)
  }

  encode(writer: ByteWriter): void {
    const isLost = hasBug('shard-waiters-not-in-snapshot')
    writer.varint(isLost ? 0 : this.#waiters.size)
    for (const waiter of isLost ? [] : this.#waiters.values()) encodeWaiter(writer, waiter)
    const isForgotten = hasBug('shard-late-not-in-snapshot')
    const origins = [...this.#late.keys()].sort((a, b) => a - b)
    writer.varint(isForgotten ? 0 : origins.length)
    for (const origin of isForgotten ? [] : origins) {
      const late = this.#late.get(origin) as Late
      writer.varint(origin).varint(late.incarnation).varint(late.count).varint(late.answers.length)
      for (const { id, number, reply } of late.answers) {
        writer.varint(id.sequence).varint(id.index).varint(number)
        encodeReply(writer, reply)
      }
    }
  }

  /** Replaces everything; false, and changes nothing, where the bytes are none. */
  decode(reader: ByteReader): boolean {
    const count = reader.varint()
    const waiters: Waiter[] = []
    for (let i = 0; i < count && reader.ok; i++) waiters.push(decodeWaiter(reader))
    const lates = new Map<number, Late>()
    const origins = reader.varint()
    for (let i = 0; i < origins && reader.ok; i++) {
      const origin = reader.varint()
      lates.set(origin, decodeLate(reader, origin))
    }
    if (!reader.ok) return false
    this.clear()
    this.#late = lates
    for (const waiter of waiters) this.#add(waiter)
    return true
  }

  clear(): void {
    this.#waiters = new Map()
    this.#keys = new Map()
    this.#late = new Map()
    this.#ready = new Set()
    this.#engine?.watchKeys(null)
  }

  #add(waiter: Waiter): void {
    this.#waiters.set(textOf(waiter), waiter)
    const ofDatabase = this.#keys.get(waiter.db) ?? new Map<string, WaitedKey>()
    this.#keys.set(waiter.db, ofDatabase)
    for (const key of waiter.keys) {
      const waited = ofDatabase.get(key)
      if (waited !== undefined) waited.waiters.add(waiter)
      else ofDatabase.set(key, { db: waiter.db, key, waiters: new Set([waiter]) })
    }
    this.#engine?.watchKeys(this)
  }
}

function textOf({ origin, incarnation, sequence, index }: WaiterId): string {
  return `${origin}.${incarnation}.${sequence}.${index}`
}

function dropOldest(late: Late): void {
  const oldest = late.answers.shift()
  if (oldest !== undefined) late.bytes -= estimate(oldest.reply) + 32
}

function encodeWaiter(writer: ByteWriter, waiter: Waiter): void {
  writer
    .varint(waiter.origin)
    .varint(waiter.incarnation)
    .varint(waiter.sequence)
    .varint(waiter.index)
    .varint(waiter.db)
    .varint(waitedValues.indexOf(waiter.value))
    .varint(waiter.timeoutMs)
    .boolean(waiter.endsWithKey)
    .varint(waiter.keys.length)
  waiter.keys.forEach((key, at) => {
    writer.text(key)
    const attempt = waiter.attempts[at] as readonly string[]
    writer.varint(attempt.length)
    for (const arg of attempt) writer.text(arg)
  })
}

function decodeWaiter(reader: ByteReader): Waiter {
  const head = {
    origin: reader.varint(),
    incarnation: reader.varint(),
    sequence: reader.varint(),
    index: reader.varint(),
    db: reader.varint(),
    value: (waitedValues[reader.varint()] ?? 'list') as WaitedValue,
    timeoutMs: reader.varint(),
    endsWithKey: reader.boolean(),
  }
  const keys: string[] = []
  const attempts: string[][] = []
  const count = reader.varint()
  for (let i = 0; i < count && reader.ok; i++) {
    keys.push(reader.text())
    const length = reader.varint()
    const attempt: string[] = []
    for (let a = 0; a < length && reader.ok; a++) attempt.push(reader.text())
    attempts.push(attempt)
  }
  return { ...head, keys, attempts }
}

function decodeLate(reader: ByteReader, origin: number): Late {
  const late: Late = { incarnation: reader.varint(), count: reader.varint(), answers: [], bytes: 0 }
  const count = reader.varint()
  for (let i = 0; i < count && reader.ok; i++) {
    const place = { sequence: reader.varint(), index: reader.varint() }
    const number = reader.varint()
    const reply = decodeReply(reader)
    const id = { origin, incarnation: late.incarnation, ...place }
    late.answers.push({ id, number, reply })
    late.bytes += estimate(reply) + 32
  }
  return late
}
