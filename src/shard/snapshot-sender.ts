// Sends the last finished checkpoint to peers that lag behind the log, one peer at a time, beside the
// strategy. Offer, then chunks within a window of acknowledgements; when nothing is heard it offers
// again and goes on where the receiver says, so loss, a broken link and a restart of either side are
// one case. Who is not connected keeps nobody waiting. Driven once per turn by the shard; `acked` only records.
//
// An offer is the word of a leader: who takes it follows its sender in its term, and has the sender's state as that
// of its own era. So all ends as soon as the member's term or era is not the one in which the strategy asked. In that
// one nobody else leads, and what was executed in it is of its history: an offer after it stepped down says nothing
// that one which the network delayed would not.

import type { GroupId, MemberId, Now } from '../api/ids.js'
import { limits } from '../api/limits.js'
import { type Position, positionZero } from '../api/position.js'
import type { Members } from '../api/strategy.js'
import { type Hash64, hashEquals } from '../base/hash.js'
import { hasBug } from '../base/seeded-bug.js'
import { channels, type ShardSink } from './sink.js'
import {
  comparePlaces,
  decodeAck,
  encodeChunk,
  encodeOffer,
  offerIdentity,
  type Place,
  placeAfter,
  placeZero,
  samePlace,
  type SnapshotAck,
  type SnapshotOffer,
} from './snapshot-frames.js'
import { SnapshotStream } from './snapshot-stream.js'
import type { Manifest } from './state-layout.js'

/** What is sent: a finished checkpoint, and the members at its position where they ever changed. */
export interface SnapshotSource {
  readonly manifest: Manifest
  readonly members: Members | null
}

/** Whose history a snapshot is of, and in which term its sender was asked for it. */
export interface Reign {
  readonly term: number
  readonly era: number
}

export interface SenderInit {
  readonly group: GroupId
  readonly sink: ShardSink
  /** The strategy's now. */
  readonly reign: () => Reign
  /**
   * The last finished checkpoint, its rows held against deletion until `close`; null while there is
   * none that is recent enough for the peer (the shard begins one), asked again each turn.
   */
  readonly open: (peer: MemberId) => SnapshotSource | null
  readonly close: () => void
  readonly onSent: (peer: MemberId, ok: boolean, at: Position) => void
}

interface Transfer {
  readonly to: MemberId
  readonly offer: Omit<SnapshotOffer, 'term' | 'identity'>
  readonly identity: Hash64
  readonly stream: SnapshotStream
  /** Offered and waiting to hear where to go on. */
  isOffered: boolean
  /** Ends of the chunks sent and not acknowledged. */
  readonly inFlight: Place[]
  /** The farthest place ever acknowledged: only what goes beyond it counts as progress. */
  best: Place
  progressAt: number
  heardAt: number
  retryMs: number
}

/** Milliseconds until a checkpoint that was not there is looked for again. */
const openEveryMs = 25

export class SnapshotSender {
  readonly #init: SenderInit
  /** Peers that wait, in order; each at most once, so bounded by the members. */
  readonly #waiting: MemberId[] = []
  /** Peers without a link, as far as it is known: they come last. */
  readonly #away = new Set<MemberId>()
  #waitingSince: number | null = null
  /** In which all that wait, and the one that is sent to, were asked for. */
  #reign: Reign = { term: 0, era: 0 }
  /** Monotonic ms of the last look for a checkpoint to send. */
  #triedAt = 0
  #transfer: Transfer | null = null
  #ending: { readonly ok: boolean; readonly why: string } | null = null

  constructor(init: SenderInit) {
    this.#init = init
  }

  /** The peer that is being sent to, or null. */
  get peer(): MemberId | null {
    return this.#transfer?.to ?? null
  }

  get isBusy(): boolean {
    return this.#transfer !== null || this.#waiting.length > 0
  }

  /** A peer needs a snapshot; asking twice is asking once. */
  start(to: MemberId): void {
    this.#endWithReign()
    if (this.#transfer?.to === to || this.#waiting.includes(to)) return
    this.#waiting.push(to)
  }

  /** Forgets everything without a report: its term or era is another one, or its own state is replaced. */
  cancel(): void {
    this.#waiting.length = 0
    this.#waitingSince = null
    this.#ending = null
    if (this.#transfer === null) return
    this.#transfer = null
    this.#init.close()
  }

  /** The link to a peer is back: no need to wait for the retry. */
  peerUp(peer: MemberId): void {
    this.#away.delete(peer)
    if (this.#transfer?.to === peer) this.#transfer.heardAt = -limits.snapshotRetryMsMax
  }

  /** What was sent is not given up, unless another one waits. */
  peerDown(peer: MemberId): void {
    this.#away.add(peer)
  }

  /** Monotonic milliseconds at which `turn` is next needed. */
  wakeAt(): number {
    const transfer = this.#transfer
    if (this.#ending !== null) return 0
    if (transfer === null) return this.#openAt()
    const giveUpAt = transfer.progressAt + limits.snapshotGiveUpMs
    if (!isAnswerDue(transfer)) return giveUpAt
    return Math.min(transfer.heardAt + transfer.retryMs, giveUpAt)
  }

  /** An acknowledgement arrived on the ack channel. */
  acked(now: Now, from: MemberId, body: Uint8Array): void {
    const transfer = this.#transfer
    const ack = decodeAck(body)
    if (transfer === null || ack === null || from !== transfer.to) return
    if (!hashEquals(ack.identity, transfer.identity)) return
    this.#away.delete(from)
    transfer.heardAt = now.mono
    switch (ack.kind) {
      case 'stored':
        this.#takeStored(transfer, ack, now)
        return
      case 'resume':
        this.#takeResume(transfer, ack, now)
        return
      case 'done':
        this.#ending = { ok: true, why: '' }
        return
      case 'refused':
        // An answer to an offer of an earlier term says nothing of this one.
        if (ack.term === this.#reign.term) this.#ending = { ok: false, why: ack.why }
        return
      case 'failed':
        this.#ending = { ok: false, why: ack.why }
        return
    }
  }

  turn(now: Now): void {
    if (!this.isBusy) return
    this.#endWithReign()
    this.#makeWay()
    if (this.#transfer === null) this.#openNext(now)
    const transfer = this.#transfer
    if (transfer === null) return
    if (this.#ending === null && now.mono - transfer.progressAt >= limits.snapshotGiveUpMs) {
      this.#ending = { ok: false, why: 'no progress' }
    }
    if (this.#ending !== null) {
      this.#end(transfer, this.#ending)
      return
    }
    if (isAnswerDue(transfer) && now.mono - transfer.heardAt >= transfer.retryMs) {
      transfer.retryMs = Math.min(transfer.retryMs * 2, limits.snapshotRetryMsMax)
      this.#sendOffer(transfer, now)
    }
    if (!transfer.isOffered) this.#sendChunk(transfer)
  }

  /** In a later term or era the strategy asks anew, if it still leads. */
  #endWithReign(): void {
    const { term, era } = this.#init.reign()
    const isOver = term !== this.#reign.term || era !== this.#reign.era
    if (!isOver) return
    this.#reign = { term, era }
    if (!this.isBusy || hasBug('shard-deposed-sends-on')) return
    const to = this.peer
    this.cancel()
    if (to !== null) this.#trace('info', 'snapshot.cancelled', { to, term, era })
  }

  /** Who is sent to and is not connected goes to the end of the line. */
  #makeWay(): void {
    const transfer = this.#transfer
    if (transfer === null || this.#ending !== null || !this.#away.has(transfer.to)) return
    if (this.#waiting.every((each) => this.#away.has(each))) return
    this.#transfer = null
    this.#init.close()
    this.#waiting.push(transfer.to)
    const { index } = transfer.offer.position
    this.#trace('info', 'snapshot.put-off', { to: transfer.to, index })
  }

  /** A checkpoint that is being written asks for the turns that it needs itself. */
  #openAt(): number {
    if (this.#waiting.length === 0) return Infinity
    return this.#waitingSince === null ? 0 : this.#triedAt + openEveryMs
  }

  #openNext(now: Now): void {
    const to = this.#waiting.find((each) => !this.#away.has(each)) ?? this.#waiting[0]
    if (to === undefined) return
    this.#triedAt = now.mono
    const source = this.#init.open(to)
    this.#waitingSince ??= now.mono
    if (source === null) {
      if (now.mono - this.#waitingSince < limits.snapshotGiveUpMs) return
      this.#leaveLine(to)
      this.#init.onSent(to, false, positionZero)
      return
    }
    this.#leaveLine(to)
    this.#transfer = this.#makeTransfer(to, source, now)
    this.#sendOffer(this.#transfer, now)
    this.#trace('info', 'snapshot.sending', { to, index: source.manifest.position.index })
  }

  #leaveLine(to: MemberId): void {
    this.#waiting.splice(this.#waiting.indexOf(to), 1)
    this.#waitingSince = null
  }

  #makeTransfer(to: MemberId, source: SnapshotSource, now: Now): Transfer {
    const { generation, number, position, chain, era, engine } = source.manifest
    const offer = { generation, number, position, chain, era, engine, members: source.members }
    const identity = offerIdentity({ ...offer, term: 0 })
    const { group, sink } = this.#init
    return {
      to,
      offer,
      identity,
      stream: new SnapshotStream({ group, sink, manifest: source.manifest, identity }),
      isOffered: true,
      inFlight: [],
      best: placeZero,
      progressAt: now.mono,
      heardAt: now.mono,
      retryMs: limits.snapshotRetryMs,
    }
  }

  #sendOffer(transfer: Transfer, now: Now): void {
    transfer.isOffered = true
    transfer.inFlight.length = 0
    transfer.heardAt = now.mono
    const body = encodeOffer({ ...transfer.offer, term: this.#reign.term })
    const isSent = this.#init.sink.send(transfer.to, channels.snapshotOffer, body)
    if (!isSent) this.#away.add(transfer.to)
  }

  /** One chunk per turn, so that no turn takes long. */
  #sendChunk(transfer: Transfer): void {
    const { stream, inFlight } = transfer
    if (inFlight.length >= limits.snapshotChunksInFlight) return
    const chunk = stream.next()
    if (chunk !== null) {
      // A chunk that cannot leave is as lost as one that the network drops: the next offer asks.
      this.#init.sink.send(transfer.to, channels.snapshotChunk, encodeChunk(chunk))
      inFlight.push(placeAfter(chunk))
      if (!stream.isOver) this.#init.sink.wake()
    }
    stream.turn()
  }

  #takeStored(transfer: Transfer, ack: SnapshotAck, now: Now): void {
    const at = transfer.inFlight.findIndex((place) => samePlace(place, ack.place))
    if (at >= 0) transfer.inFlight.splice(0, at + 1)
    this.#noteProgress(transfer, ack.place, now)
    this.#init.sink.wake()
  }

  #takeResume(transfer: Transfer, ack: SnapshotAck, now: Now): void {
    if (!transfer.isOffered) return
    transfer.isOffered = false
    transfer.stream.restart(ack.place)
    this.#noteProgress(transfer, ack.place, now)
    this.#init.sink.wake()
  }

  #noteProgress(transfer: Transfer, place: Place, now: Now): void {
    if (comparePlaces(place, transfer.best) <= 0) return
    transfer.best = place
    transfer.progressAt = now.mono
    transfer.retryMs = limits.snapshotRetryMs
  }

  #end(transfer: Transfer, ending: { readonly ok: boolean; readonly why: string }): void {
    this.#transfer = null
    this.#ending = null
    this.#init.close()
    const { index } = transfer.offer.position
    if (ending.ok) this.#trace('info', 'snapshot.sent', { to: transfer.to, index })
    else this.#trace('warn', 'snapshot.not-sent', { to: transfer.to, index, why: ending.why })
    this.#init.onSent(transfer.to, ending.ok, transfer.offer.position)
  }

  #trace(level: 'info' | 'warn', event: string, fields: Record<string, string | number>): void {
    this.#init.sink.trace({ level, event, fields: { group: this.#init.group, ...fields } })
  }
}

/** Whether the next word is the receiver's; else it is our own disk that is waited for. */
function isAnswerDue(transfer: Transfer): boolean {
  return transfer.isOffered || transfer.inFlight.length > 0 || transfer.stream.isOver
}
