// Takes snapshots from the leader: into a fresh engine and under a new generation of the state store,
// beside what is there, so that a crash at any chunk leaves the old state whole. Only the synced
// manifest makes it the member's own. Frames are recorded as they come, `turn` acts on them: a slice
// of the rows of one chunk per turn. From `isInstalling` on the shard must deliver nothing to the old engine.

import type { Engine } from '../api/engine.js'
import type { GroupId, MemberId, Now } from '../api/ids.js'
import { limits } from '../api/limits.js'
import { comparePositions, type Position } from '../api/position.js'
import type { Members } from '../api/strategy.js'
import { assert } from '../base/assert.js'
import { type Hash64, hashEquals } from '../base/hash.js'
import { Queue } from '../base/queue.js'
import type { Cleaner } from './cleaner.js'
import { channels, type ShardSink } from './sink.js'
import {
  type AckKind,
  decodeChunk,
  decodeOffer,
  encodeAck,
  type Place,
  placeZero,
  type SnapshotChunk,
  type SnapshotOffer,
} from './snapshot-frames.js'
import { IncomingSnapshot } from './snapshot-incoming.js'
import { encodeManifest, generationRange, type Manifest } from './state-layout.js'

/** A snapshot that is durable here: the engine and all that stands beside it are to be replaced. */
export interface InstalledSnapshot {
  readonly engine: Engine
  readonly manifest: Manifest
  readonly members: Members | null
}

export interface ReceiverInit {
  readonly group: GroupId
  readonly sink: ShardSink
  readonly cleaner: Cleaner
  readonly makeEngine: () => Engine
  /** Generation of the member's own checkpoints, and the greatest one that has rows. */
  readonly generation: number
  readonly generationMax: number
  /** Strategy.acceptsSnapshot. */
  readonly accepts: (from: MemberId, term: number, at: Position) => boolean
  /** The manifest is about to be written: close the Checkpoints, cancel the sender, hold deliveries. */
  readonly onInstalling: () => void
  readonly onInstalled: (snapshot: InstalledSnapshot) => void
}

type Arrived =
  | { readonly kind: 'offer'; readonly from: MemberId; readonly offer: SnapshotOffer }
  | { readonly kind: 'chunk'; readonly from: MemberId; readonly chunk: SnapshotChunk }

export class SnapshotReceiver {
  readonly #init: ReceiverInit
  readonly #arrived = new Queue<Arrived>(limits.snapshotFramesMax)
  #incoming: IncomingSnapshot | null = null
  /** Transfers given up whose last row writes are not answered: garbage once they are. */
  readonly #abandoned: IncomingSnapshot[] = []
  /** An offer waits for its answer until all writes are done. */
  #owesResume = false
  #manifestWrite: 'none' | 'waiting' | 'durable' = 'none'
  #generation: number
  #generationMax: number
  /** Of the last snapshot that was installed: an offer of it that is not wanted is answered with done. */
  #installed: Hash64 | null = null
  #failure: string | null = null

  constructor(init: ReceiverInit) {
    this.#init = init
    this.#generation = init.generation
    this.#generationMax = init.generationMax
  }

  /** Whether a snapshot is coming in. */
  get isBusy(): boolean {
    return this.#incoming !== null
  }

  /** The manifest is on its way to the disk: nothing may be delivered until `onInstalled`. */
  get isInstalling(): boolean {
    return this.#manifestWrite !== 'none'
  }

  /** Why no snapshot can be taken any more, or null. */
  get failure(): string | null {
    return this.#failure
  }

  /** Monotonic milliseconds at which `turn` is next needed. */
  wakeAt(): number {
    const incoming = this.#incoming
    if (this.#failure !== null) return Infinity
    if (this.#arrived.count > 0 || this.#manifestWrite === 'durable') return 0
    if (incoming === null || this.#manifestWrite === 'waiting') return Infinity
    if (incoming.hasRows) return 0
    if (!incoming.isWriting && (incoming.isComplete || this.#owesResume)) return 0
    return incoming.heardAt + limits.snapshotForgetMs
  }

  /** A frame on the offer channel; dropped when too many wait, the sender offers again. */
  offered(from: MemberId, body: Uint8Array): void {
    const offer = decodeOffer(body)
    if (offer !== null) this.#arrived.push({ kind: 'offer', from, offer })
  }

  /** A frame on the chunk channel. */
  received(from: MemberId, body: Uint8Array): void {
    const chunk = decodeChunk(body)
    if (chunk !== null) this.#arrived.push({ kind: 'chunk', from, chunk })
  }

  turn(now: Now): void {
    if (this.#failure !== null) return
    this.#collectAbandoned()
    if (this.#manifestWrite === 'durable') {
      this.#install()
      return
    }
    if (this.#manifestWrite === 'waiting') return
    this.#takeArrived(now)
    const incoming = this.#incoming
    incoming?.loadSome()
    if (incoming?.hasRows === true) this.#init.sink.wake()
    if (incoming === null || incoming.isWriting) return
    if (this.#owesResume) this.#answerResume(incoming)
    if (incoming.isComplete) {
      this.#complete(incoming)
      return
    }
    if (now.mono - incoming.heardAt >= limits.snapshotForgetMs) this.#abandon('it fell silent')
  }

  /** All offers up to and with the first chunk: a chunk costs time, an offer none. No chunk while one is being loaded. */
  #takeArrived(now: Now): void {
    for (let next = this.#arrived.peek(); next !== undefined; next = this.#arrived.peek()) {
      if (next.kind === 'chunk' && this.#incoming?.hasRows === true) break
      this.#arrived.shift()
      if (next.kind === 'chunk') {
        this.#takeChunk(next.from, next.chunk, now)
        break
      }
      this.#takeOffer(next.from, next.offer, now)
    }
    if (this.#arrived.count > 0) this.#init.sink.wake()
  }

  #takeOffer(from: MemberId, offer: SnapshotOffer, now: Now): void {
    // The installed one is wanted again by who executed more since, in an era that ended.
    if (!this.#init.accepts(from, offer.term, offer.position)) {
      const isInstalled = this.#installed !== null && hashEquals(offer.identity, this.#installed)
      const done = { kind: 'done', place: placeZero, why: '' } as const
      this.#ack(from, offer, isInstalled ? done : refusal('it is not wanted'))
      return
    }
    const running = this.#incoming
    if (running !== null && isSameTransfer(running, from, offer)) {
      running.heardAt = now.mono
      running.term = Math.max(running.term, offer.term)
      this.#owesResume = true
      return
    }
    if (running !== null && !isNewer(running, offer)) {
      this.#ack(from, offer, refusal('another snapshot is coming in'))
      return
    }
    if (running !== null) this.#abandon('a newer one is offered')
    this.#begin(from, offer, now)
  }

  #begin(from: MemberId, offer: SnapshotOffer, now: Now): void {
    const { group, sink, makeEngine } = this.#init
    this.#generationMax++
    const incoming = new IncomingSnapshot({
      group,
      from,
      offer,
      engine: makeEngine(),
      generation: this.#generationMax,
      sink,
      onStored: (place) => this.#stored(incoming, place),
      onWriteFailed: (error) => this.#fail(error),
    })
    incoming.heardAt = now.mono
    this.#incoming = incoming
    this.#owesResume = true
    this.#trace('info', 'snapshot.receiving', { from, index: offer.position.index })
  }

  #takeChunk(from: MemberId, chunk: SnapshotChunk, now: Now): void {
    const incoming = this.#incoming
    if (incoming === null || from !== incoming.from) return
    if (!hashEquals(chunk.identity, incoming.offer.identity)) return
    incoming.heardAt = now.mono
    const fault = incoming.take(chunk)
    if (fault !== null) this.#reject(incoming, fault)
  }

  #stored(incoming: IncomingSnapshot, place: Place): void {
    if (incoming !== this.#incoming) return
    const { from, offer } = incoming
    this.#ack(from, { ...offer, term: incoming.term }, { kind: 'stored', place, why: '' })
  }

  #answerResume(incoming: IncomingSnapshot): void {
    this.#owesResume = false
    const answer = { kind: 'resume', place: incoming.place, why: '' } as const
    this.#ack(incoming.from, { ...incoming.offer, term: incoming.term }, answer)
  }

  /** All rows are written: check that they are the checkpoint, and that it is still wanted. */
  #complete(incoming: IncomingSnapshot): void {
    const { from, term, offer, engine } = incoming
    if (!this.#init.accepts(from, term, offer.position)) {
      this.#ack(from, { ...offer, term }, refusal('it is not wanted any more'))
      this.#abandon('it is not wanted any more')
      return
    }
    const fault = engine.loadFinish(offer.engine)
    if (fault !== null) {
      this.#reject(incoming, fault)
      return
    }
    this.#init.onInstalling()
    this.#manifestWrite = 'waiting'
    this.#init.sink.write(
      {
        store: 'state',
        puts: [encodeManifest(this.#init.group, incoming.manifest)],
        deletes: [],
        ranges: [],
        sync: true,
        witness: [],
      },
      (error) => {
        if (error === null) this.#manifestWrite = 'durable'
        else this.#fail(error)
      },
    )
  }

  #install(): void {
    const incoming = this.#incoming
    assert(incoming !== null, 'what is installed was coming in')
    const { from, term, offer, engine, manifest } = incoming
    this.#incoming = null
    this.#manifestWrite = 'none'
    this.#owesResume = false
    this.#installed = offer.identity
    this.#init.cleaner.add([generationRange(this.#init.group, this.#generation)])
    this.#generation = incoming.generation
    this.#ack(from, { ...offer, term }, { kind: 'done', place: incoming.place, why: '' })
    this.#trace('info', 'snapshot.installed', { from, index: offer.position.index })
    this.#init.onInstalled({ engine, manifest, members: offer.members })
    if (this.#arrived.count > 0) this.#init.sink.wake()
  }

  #reject(incoming: IncomingSnapshot, why: string): void {
    const { from, offer, term } = incoming
    this.#ack(from, { ...offer, term }, { kind: 'failed', place: placeZero, why })
    this.#abandon(why)
  }

  #abandon(why: string): void {
    const incoming = this.#incoming
    assert(incoming !== null, 'what is abandoned was coming in')
    this.#incoming = null
    this.#owesResume = false
    incoming.dropRows()
    this.#abandoned.push(incoming)
    this.#collectAbandoned()
    this.#trace('warn', 'snapshot.abandoned', { from: incoming.from, why })
  }

  #collectAbandoned(): void {
    for (let i = this.#abandoned.length - 1; i >= 0; i--) {
      const one = this.#abandoned[i] as IncomingSnapshot
      if (one.isWriting) continue
      this.#init.cleaner.add([generationRange(this.#init.group, one.generation)])
      this.#abandoned.splice(i, 1)
    }
  }

  /** A failed write poisons the store: the member stops or reopens it, and this generation is garbage then. */
  #fail(error: string): void {
    this.#failure = `a snapshot could not be written: ${error}`
    this.#trace('error', 'snapshot.failed', { error })
  }

  #ack(
    to: MemberId,
    offer: SnapshotOffer,
    answer: { readonly kind: AckKind; readonly place: Place; readonly why: string },
  ): void {
    const body = encodeAck({ ...answer, identity: offer.identity, term: offer.term })
    this.#init.sink.send(to, channels.snapshotAck, body)
  }

  #trace(
    level: 'error' | 'warn' | 'info',
    event: string,
    fields: Record<string, string | number>,
  ): void {
    this.#init.sink.trace({ level, event, fields: { group: this.#init.group, ...fields } })
  }
}

function refusal(why: string): { kind: 'refused'; place: Place; why: string } {
  return { kind: 'refused', place: placeZero, why }
}

function isSameTransfer(running: IncomingSnapshot, from: MemberId, offer: SnapshotOffer): boolean {
  return running.from === from && hashEquals(running.offer.identity, offer.identity)
}

/** A later leader's offer, or a later checkpoint of the same one; a stale offer changes nothing. */
function isNewer(running: IncomingSnapshot, offer: SnapshotOffer): boolean {
  if (offer.term !== running.term) return offer.term > running.term
  return comparePositions(offer.position, running.offer.position) >= 0
}
