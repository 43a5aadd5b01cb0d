// Who listens to what, of one kind (channels, patterns or shard channels): the sessions of this member,
// and how many each other member told of. A name is kept as long as anybody listens to it.

import type { MemberId } from '../../api/ids.js'
import type { Session } from '../session.js'

export interface Topic {
  readonly name: string
  /** In the order in which they subscribed. */
  readonly sessions: Set<Session>
  /** Null while no other member has any. */
  remote: Map<MemberId, number> | null
}

export class Topics {
  readonly #topics = new Map<string, Topic>()
  readonly #changed: (name: string) => void

  /** `changed`: the number of own sessions of a name is another one. */
  constructor(changed: (name: string) => void) {
    this.#changed = changed
  }

  find(name: string): Topic | undefined {
    return this.#topics.get(name)
  }

  all(): Iterable<Topic> {
    return this.#topics.values()
  }

  /** Names in the whole cluster. */
  get size(): number {
    return this.#topics.size
  }

  localCount(name: string): number {
    return this.#topics.get(name)?.sessions.size ?? 0
  }

  /** Listeners in the whole cluster. */
  count(name: string): number {
    const topic = this.#topics.get(name)
    return topic === undefined ? 0 : topic.sessions.size + remoteCount(topic)
  }

  add(name: string, session: Session): void {
    this.#make(name).sessions.add(session)
    this.#changed(name)
  }

  remove(name: string, session: Session): void {
    const topic = this.#topics.get(name)
    if (topic === undefined || !topic.sessions.delete(session)) return
    this.#drop(topic)
    this.#changed(name)
  }

  /** Another member told how many of its sessions listen. */
  tell(peer: MemberId, name: string, count: number): void {
    if (count > 0) {
      const topic = this.#make(name)
      topic.remote ??= new Map()
      topic.remote.set(peer, count)
      return
    }
    const topic = this.#topics.get(name)
    if (topic !== undefined) this.#forget(topic, peer)
  }

  /** Another member is gone, or tells everything anew. */
  forgetPeer(peer: MemberId): void {
    for (const topic of this.#topics.values()) this.#forget(topic, peer)
  }

  #forget(topic: Topic, peer: MemberId): void {
    if (topic.remote === null || !topic.remote.delete(peer)) return
    if (topic.remote.size === 0) topic.remote = null
    this.#drop(topic)
  }

  #make(name: string): Topic {
    let topic = this.#topics.get(name)
    if (topic === undefined) {
      topic = { name, sessions: new Set(), remote: null }
      this.#topics.set(name, topic)
    }
    return topic
  }

  #drop(topic: Topic): void {
    if (topic.sessions.size === 0 && topic.remote === null) this.#topics.delete(topic.name)
  }
}

export function remoteCount(topic: Topic): number {
  if (topic.remote === null) return 0
  let sum = 0
  for (const count of topic.remote.values()) sum += count
  return sum
}
