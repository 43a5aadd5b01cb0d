// What a member without a replica of a group knows of those that hold one: who of them leads, by their own word
// alone, and who is near enough to ask what need not come from the leader. Where each takes writes the leader is
// whoever said first that it does, and is kept.

import type { MemberId } from '../api/ids.js'
import type { News } from './guest-messages.js'
import type { Place } from './remote-reads.js'

export class Replicas {
  #members: ReadonlySet<number>
  /** Each takes writes. */
  readonly #merges: boolean
  /** Members with a link, and what they last said on it. */
  readonly #linked = new Map<MemberId, News | null>()
  #leader: MemberId | null = null
  #near: MemberId | null = null
  /** The newest place that any of them told. */
  #newest: Place = { era: 0, term: 0, index: 0 }

  constructor(members: readonly MemberId[], merges = false) {
    this.#merges = merges
    this.#members = new Set(members)
  }

  /** Others hold it now; `connected` of all members have a link. */
  listed(members: readonly MemberId[], connected: readonly MemberId[]): void {
    this.#members = new Set(members)
    for (const id of [...this.#linked.keys()]) if (!this.has(id)) this.#linked.delete(id)
    for (const id of connected)
      if (this.has(id) && !this.#linked.has(id)) this.#linked.set(id, null)
    this.#choose()
  }

  has(member: MemberId): boolean {
    return this.#members.has(member)
  }

  get linked(): readonly MemberId[] {
    return [...this.#linked.keys()]
  }

  /** Who says that it leads, and nobody of a later term does. */
  get leader(): MemberId | null {
    return this.#leader
  }

  /** The leader, or whoever else was asked last: nobody changes for nothing. */
  get near(): MemberId | null {
    return this.#near
  }

  /** What the leader, or who is near, last said. */
  get news(): News | null {
    return this.#near === null ? null : (this.#linked.get(this.#near) ?? null)
  }

  /** No read or write of this member may be answered from before it, in the same era. */
  get newest(): Place {
    return this.#newest
  }

  up(member: MemberId): void {
    if (!this.has(member)) return
    this.#linked.set(member, null)
    this.#choose()
  }

  down(member: MemberId): void {
    this.#linked.delete(member)
    // What the others said is old: one of them may be gone with it.
    if (this.#merges && member === this.#leader) this.#forget()
    this.#choose()
  }

  /** It takes no writes for now. */
  refuses(member: MemberId): void {
    if (this.#linked.has(member)) this.#linked.set(member, null)
    this.#choose()
  }

  /** Nothing is heard of who serves: whoever answers first takes its place. */
  silent(): void {
    this.#forget()
    this.#choose()
  }

  heard(from: MemberId, news: News): void {
    if (!this.#linked.has(from)) return
    this.#linked.set(from, news)
    this.seen(news.at)
    this.#choose()
  }

  /** Something was shown or written there. */
  seen(place: Place): void {
    const { era, index } = this.#newest
    if (place.era > era || (place.era === era && place.index > index)) this.#newest = place
  }

  #forget(): void {
    for (const member of this.#linked.keys()) this.#linked.set(member, null)
  }

  #choose(): void {
    let leader: MemberId | null = null
    let best: News | null = null
    const kept = this.#leader === null ? undefined : this.#linked.get(this.#leader)
    if (this.#merges && kept?.leads === true) leader = this.#leader
    else
      for (const [member, news] of this.#linked) {
        if (news?.leads !== true || (best !== null && !isLater(news, best))) continue
        leader = member
        best = news
      }
    this.#leader = leader
    const isKept = this.#near !== null && this.#linked.has(this.#near)
    this.#near = leader ?? (isKept ? this.#near : (this.#linked.keys().next().value ?? null))
  }
}

function isLater(a: News, b: News): boolean {
  return a.at.era !== b.at.era ? a.at.era > b.at.era : a.term > b.term
}
