// What each session of this member listens to, and who gets a message. Keeps the sessions' own counts
// and the topics of the whole cluster; knows nothing of how other members are reached.

import type { MemberId } from '../../api/ids.js'
import type { Reply } from '../../api/reply.js'
import { globMatch } from '../../base/glob.js'
import type { Session } from '../session.js'
import { type Change, type Kind, kinds } from './packets.js'
import { Topics } from './topics.js'

/** Names that a session listens to, by kind, in the order in which it subscribed. */
export type Names = readonly [Set<string>, Set<string>, Set<string>]

/** Encodes a reply for a protocol version. */
export type Encode = (reply: Reply, protocol: number) => string

export class Subscribers {
  readonly #encode: Encode
  readonly #topics: readonly [Topics, Topics, Topics]
  /** Sessions of this member that listen to anything. */
  sessionCount = 0

  constructor(encode: Encode, changed: (kind: Kind, name: string) => void) {
    this.#encode = encode
    const topics = (kind: Kind): Topics => new Topics((name) => changed(kind, name))
    this.#topics = [topics(kinds.channel), topics(kinds.pattern), topics(kinds.shard)]
  }

  topics(kind: Kind): Topics {
    return this.#topics[kind]
  }

  /** Nobody in the whole cluster listens to a channel or pattern. */
  get isDeaf(): boolean {
    return this.#topics[kinds.channel].size === 0 && this.#topics[kinds.pattern].size === 0
  }

  /** How many names of a kind a session listens to. */
  countOf(session: Session, kind: Kind): number {
    return session.listens?.[kind].size ?? 0
  }

  namesOf(session: Session, kind: Kind): readonly string[] {
    return [...(session.listens?.[kind] ?? [])]
  }

  add(session: Session, kind: Kind, name: string): void {
    session.listens ??= [new Set(), new Set(), new Set()]
    const names = session.listens[kind]
    if (names.has(name)) return
    names.add(name)
    if (session.subscribed++ === 0) this.sessionCount++
    this.#topics[kind].add(name, session)
  }

  remove(session: Session, kind: Kind, name: string): void {
    if (session.listens?.[kind].delete(name) !== true) return
    this.#topics[kind].remove(name, session)
    if (--session.subscribed > 0) return
    session.listens = null
    this.sessionCount--
  }

  /** The connection is gone, or RESET. */
  forget(session: Session): void {
    if (session.subscribed === 0) return
    for (const kind of [kinds.channel, kinds.pattern, kinds.shard]) {
      for (const name of this.namesOf(session, kind)) this.remove(session, kind, name)
    }
  }

  /** Everything that sessions of this member listen to. */
  *all(): Generator<Change> {
    for (const kind of [kinds.channel, kinds.pattern, kinds.shard]) {
      for (const { name, sessions } of this.#topics[kind].all()) {
        if (sessions.size > 0) yield { kind, name, count: sessions.size }
      }
    }
  }

  /** Hands a message to this member's sessions; how many got it, each pattern counting. */
  deliver(kind: Kind, channel: string, text: string): number {
    if (this.sessionCount === 0) return 0
    const word = kind === kinds.shard ? 'smessage' : 'message'
    const listeners = this.#topics[kind].find(channel)?.sessions
    let count = listeners === undefined ? 0 : this.#send(listeners, [word, channel, text])
    if (kind === kinds.shard) return count
    for (const { name, sessions } of this.#topics[kinds.pattern].all()) {
      if (sessions.size === 0 || !globMatch(name, channel)) continue
      count += this.#send(sessions, ['pmessage', name, channel, text])
    }
    return count
  }

  /** Listeners of other members, by member; null for none. */
  remote(kind: Kind, channel: string): Map<MemberId, number> | null {
    const of = this.#topics[kind].find(channel)?.remote ?? null
    let sums = of === null ? null : new Map(of)
    if (kind === kinds.shard) return sums
    for (const { name, remote } of this.#topics[kinds.pattern].all()) {
      if (remote === null || !globMatch(name, channel)) continue
      sums ??= new Map()
      for (const [peer, count] of remote) sums.set(peer, (sums.get(peer) ?? 0) + count)
    }
    return sums
  }

  /** Encoded once for each protocol that a listener speaks. */
  #send(sessions: ReadonlySet<Session>, items: readonly string[]): number {
    const texts: [string, string] = ['', '']
    for (const session of sessions) {
      const at = session.protocol < 3 ? 0 : 1
      if (texts[at] === '') texts[at] = this.#encode({ type: 'push', items }, at + 2)
      session.push(texts[at] as string)
    }
    return sessions.size
  }
}
