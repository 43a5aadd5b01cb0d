// What happens to keys at this member, for its own clients: keyspace notifications to those that listen,
// invalidations to those that keep values. Every member applies everything, so each one tells its own.

import type { KeyEvents } from '../../api/events.js'
import type { Caller } from '../../api/group.js'
import type { MemberId } from '../../api/ids.js'
import { EventClasses } from './event-classes.js'
import { kinds } from './packets.js'
import type { Subscribers } from './subscribers.js'
import type { Tracking } from './tracking.js'

export class KeyWatch implements KeyEvents {
  readonly #subscribers: Subscribers
  readonly #tracking: Tracking
  readonly #publish: (channel: string, text: string) => void
  #classes = new EventClasses('')
  /** Members whose clients want to hear. */
  readonly #awaiting = new Set<MemberId>()

  /** `publish` reaches the clients of all members. */
  constructor(
    subscribers: Subscribers,
    tracking: Tracking,
    publish: (channel: string, text: string) => void,
  ) {
    this.#subscribers = subscribers
    this.#tracking = tracking
    this.#publish = publish
  }

  /** The setting `notify-keyspace-events` changed. */
  set(text: string): void {
    this.#classes = new EventClasses(text)
  }

  /** Clients of this member want to hear. */
  get wantsOwn(): boolean {
    return (
      this.#tracking.clientCount > 0 || (this.#classes.isOn && this.#subscribers.sessionCount > 0)
    )
  }

  get isAwaited(): boolean {
    return this.#awaiting.size > 0
  }

  /** Another member tells whether its clients want to hear. */
  awaitFor(member: MemberId, wants: boolean): void {
    if (wants) this.#awaiting.add(member)
    else this.#awaiting.delete(member)
  }

  get isWanted(): boolean {
    return this.#tracking.clientCount > 0 || this.#isListenedTo
  }

  /** Keys that only this member misses are told to the listeners of others. */
  get #isListenedTo(): boolean {
    return this.#classes.isOn && !this.#subscribers.isDeaf
  }

  changed(event: string, db: number, key: string, causer: Caller | null): void {
    if (event !== 'new' && this.#tracking.clientCount > 0) this.#tracking.changed(key, causer)
    if (this.#isListenedTo && this.#classes.wants(event)) {
      this.#tell(event, { db, key }, (channel, text) =>
        this.#subscribers.deliver(kinds.channel, channel, text),
      )
    }
  }

  missed(db: number, key: string, isApplied: boolean): void {
    if (!this.#isListenedTo || !this.#classes.wants('keymiss')) return
    this.#tell('keymiss', { db, key }, (channel, text) => {
      if (isApplied) this.#subscribers.deliver(kinds.channel, channel, text)
      else this.#publish(channel, text)
    })
  }

  cleared(): void {
    this.#tracking.flush()
  }

  forgotten(): void {
    this.#tracking.flush()
  }

  #tell(
    event: string,
    { db, key }: { readonly db: number; readonly key: string },
    send: (channel: string, text: string) => void,
  ): void {
    if (this.#classes.keyspace) send(`__keyspace@${db}__:${key}`, event)
    if (this.#classes.keyevent) send(`__keyevent@${db}__:${event}`, key)
  }
}
