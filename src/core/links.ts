// The links of this member: which are open, to whom, and through which one a peer is reached. A link is
// of use once its hello was accepted. Keeps no frames.

import type { LinkId, MemberId } from '../api/ids.js'
import type { Hello } from './hello.js'

export interface Link {
  readonly id: LinkId
  /** Whom we dialled, null for an accepted link. */
  readonly dialled: MemberId | null
  /** Who answered or called, null until the hello was accepted. */
  peer: MemberId | null
  /** Incarnation of the peer's process. */
  incarnation: number
  /** Newest version of the cluster that it knows. */
  newest: number
  /** It told of a group: its groups work. */
  hasBegun: boolean
  /** It stops: its clients that go by slots go elsewhere. */
  isLeaving: boolean
}

/** What a hello says of who sent it. */
type Accepted = Pick<Hello, 'sender' | 'incarnation' | 'newest'>

export class Links {
  readonly #links = new Map<LinkId, Link>()
  readonly #ofPeer = new Map<MemberId, Link[]>()

  open(id: LinkId, dialled: MemberId | null): void {
    const untold = { hasBegun: false, isLeaving: false }
    this.#links.set(id, { id, dialled, peer: null, incarnation: 0, newest: 0, ...untold })
  }

  get(id: LinkId): Link | undefined {
    return this.#links.get(id)
  }

  /** The hello was accepted. True when it is the first link to that peer. */
  accept(link: Link, { sender: peer, incarnation, newest }: Accepted): boolean {
    link.peer = peer
    link.incarnation = incarnation
    link.newest = newest
    const list = this.#ofPeer.get(peer) ?? []
    // Our own dialled link comes first: one link carries one direction, so its order holds.
    if (link.dialled === null) list.push(link)
    else list.unshift(link)
    this.#ofPeer.set(peer, list)
    return list.length === 1
  }

  /** Links to an earlier life of a peer: nobody is at their other end. */
  earlier(peer: MemberId, incarnation: number): readonly Link[] {
    return (this.#ofPeer.get(peer) ?? []).filter((link) => link.incarnation < incarnation)
  }

  /** The peer that has no link left now, or null. */
  close(id: LinkId): MemberId | null {
    const link = this.#links.get(id)
    this.#links.delete(id)
    if (link === undefined || link.peer === null) return null
    const list = (this.#ofPeer.get(link.peer) ?? []).filter((other) => other !== link)
    if (list.length > 0) {
      this.#ofPeer.set(link.peer, list)
      return null
    }
    this.#ofPeer.delete(link.peer)
    return link.peer
  }

  /** The link to send through, or null. */
  best(peer: MemberId): Link | null {
    return this.#ofPeer.get(peer)?.[0] ?? null
  }

  /** Groups of the peer work, as it told of one. */
  hasBegun(peer: MemberId): boolean {
    return (this.#ofPeer.get(peer) ?? []).some((link) => link.hasBegun)
  }

  isLeaving(peer: MemberId): boolean {
    return (this.#ofPeer.get(peer) ?? []).some((link) => link.isLeaving)
  }

  noteLeaving(peer: MemberId): void {
    for (const link of this.#ofPeer.get(peer) ?? []) link.isLeaving = true
  }

  all(): Iterable<Link> {
    return this.#links.values()
  }

  peers(): MemberId[] {
    return [...this.#ofPeer.keys()].sort((a, b) => a - b)
  }
}
