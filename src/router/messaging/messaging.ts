// Everything that a member tells its clients without being asked, tied together: subscriptions here and
// on the other members, messages between them. Driven by the router and by the core; one per member.

import type { MemberId, Now } from '../../api/ids.js'
import type { Session } from '../session.js'
import { Gossip, type PeerPort } from './gossip.js'
import { type Kind, kinds } from './packets.js'
import { type Encode, Subscribers } from './subscribers.js'

/** A member that has nobody to talk to. */
export const noPeers: PeerPort = { life: () => 0, send: () => false }

export class Messaging {
  readonly subscribers: Subscribers
  readonly #gossip: Gossip
  constructor(encode: Encode, peers: PeerPort) {
    this.subscribers = new Subscribers(encode, (kind, name) => this.#gossip.changed(kind, name))
    const { subscribers } = this
    this.#gossip = new Gossip(peers, {
      count: (kind, name) => subscribers.topics(kind).localCount(name),
      all: () => subscribers.all(),
      events: () => ({ value: '', at: 0, member: 0 }),
      tell: (peer, { kind, name, count }) => subscribers.topics(kind).tell(peer, name, count),
      forget: (peer) => {
        for (const kind of [kinds.channel, kinds.pattern, kinds.shard]) {
          subscribers.topics(kind).forgetPeer(peer)
        }
      },
      eventsTold: () => undefined,
      message: ({ kind, channel, text }) => subscribers.deliver(kind, channel, text),
    })
  }

  // Router's side

  /** Grows with each change of what this member's clients listen to. */
  get version(): number {
    return this.#gossip.version
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
    this.#gossip.whenKnown(now, done)
  }

  /** The connection is gone, or goes back to where it began. */
  forget(session: Session): void {
    this.subscribers.forget(session)
  }

  /** What was gathered in this turn leaves. */
  endTurn(now: Now): void {
    this.#gossip.flush(now)
  }

  wakeAt(): number {
    return this.#gossip.wakeAt()
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
