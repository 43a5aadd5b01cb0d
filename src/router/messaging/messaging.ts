// Everything that a member tells its clients without being asked, tied together: subscriptions here and
// on the other members, messages between them, keyspace notifications, tracking, monitors. Driven by
// the router and by the core; one per member.

import type { ConnectionId, MemberId, Now } from '../../api/ids.js'
import type { Session } from '../session.js'
import type { Settings } from '../settings.js'
import { Gossip, type PeerPort } from './gossip.js'
import { KeyWatch } from './key-watch.js'
import { Monitors } from './monitors.js'
import { OutputLimits } from './output-limits.js'
import { type Kind, kinds } from './packets.js'
import { type Encode, Subscribers } from './subscribers.js'
import { Tracking } from './tracking.js'

/** A member that has nobody to talk to. */
export const noPeers: PeerPort = { self: 0 as MemberId, life: () => 0, send: () => false }

export class Messaging {
  readonly subscribers: Subscribers
  readonly tracking: Tracking
  readonly monitors: Monitors
  readonly outputLimits = new OutputLimits()
  /** What the groups tell of their keys. */
  readonly keyEvents: KeyWatch
  readonly #gossip: Gossip
  /** As the others were told. */
  #wantsKeys = false
  #sessions: ReadonlyMap<ConnectionId, Session> = new Map()

  constructor(encode: Encode, peers: PeerPort) {
    this.subscribers = new Subscribers(encode, (kind, name) => this.#gossip.changed(kind, name))
    this.tracking = new Tracking(encode, (id) => this.#sessions.get(id))
    this.monitors = new Monitors(encode)
    const { subscribers } = this
    this.keyEvents = new KeyWatch(subscribers, this.tracking, (channel, text) => {
      this.publish(kinds.channel, channel, text)
    })
    this.#gossip = new Gossip(peers, {
      count: (kind, name) => subscribers.topics(kind).localCount(name),
      all: () => subscribers.all(),
      tell: (peer, { kind, name, count }) => subscribers.topics(kind).tell(peer, name, count),
      forget: (peer) => {
        this.keyEvents.awaitFor(peer, false)
        for (const kind of [kinds.channel, kinds.pattern, kinds.shard]) {
          subscribers.topics(kind).forgetPeer(peer)
        }
      },
      wantsKeys: () => this.#wantsKeys,
      wantsKeysTold: (peer, wants) => this.keyEvents.awaitFor(peer, wants),
      message: ({ kind, channel, text }) => subscribers.deliver(kind, channel, text),
    })
  }

  // Router's side

  /** Once, before the first session. */
  attach(settings: Settings, sessions: ReadonlyMap<ConnectionId, Session>): void {
    this.#sessions = sessions
    settings.watch('notify-keyspace-events', (text) => this.keyEvents.set(text))
    settings.watch('client-output-buffer-limit', (text) => {
      this.outputLimits.setting = text
    })
    settings.watch('tracking-table-max-keys', (text) => {
      this.tracking.keysMax = Number(text)
    })
  }

  /** Messages that other members did not get because they lag. */
  get dropped(): number {
    return this.#gossip.dropped
  }

  /** Sends a message to everybody who listens; how many that are in the whole cluster. */
  publish(kind: Kind, channel: string, text: string): number {
    let count = this.subscribers.deliver(kind, channel, text)
    const remote = this.subscribers.remote(kind, channel)
    if (remote === null) return count
    for (const [peer, listeners] of remote) {
      if (this.#gossip.message(peer, kind, { channel, text })) count += listeners
    }
    return count
  }

  /** Calls `done` once the connected members know what has changed so far, or time is up. */
  whenKnown(now: Now, done: () => void): void {
    this.#tellWants()
    this.#gossip.whenKnown(now, done)
  }

  /** The connection is gone, or goes back to where it began. */
  forget(session: Session): void {
    this.subscribers.forget(session)
    this.tracking.end(session)
    if (session.isMonitor) this.monitors.remove(session)
    this.outputLimits.forget(session)
  }

  /** What was gathered in this turn leaves. */
  endTurn(now: Now): void {
    this.tracking.endTurn()
    this.#tellWants()
    this.#gossip.flush(now)
    this.outputLimits.endTurn(now.mono)
  }

  #tellWants(): void {
    const wants = this.keyEvents.wantsOwn
    if (wants === this.#wantsKeys) return
    this.#wantsKeys = wants
    this.#gossip.touch()
  }

  wakeAt(): number {
    return Math.min(this.#gossip.wakeAt(), this.outputLimits.wakeAt())
  }

  // Core's side

  peerUp(peer: MemberId): void {
    this.#gossip.peerUp(peer)
  }

  peerDown(peer: MemberId): void {
    this.#gossip.peerDown(peer)
  }

  receive(from: MemberId, body: Uint8Array): void {
    this.#gossip.receive(from, body)
  }
}
