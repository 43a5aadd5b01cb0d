// How a member without a replica hears of the group's keys for those of its clients that want to: from the leader, or
// whoever is near, while any do. Whatever it may have missed ends with everything forgotten: another member
// tells it from now on, a message is lost, an answer was made before it listened.

import type { KeyEvents } from '../api/events.js'
import type { MemberId } from '../api/ids.js'
import { HeldEvents, tellOf } from './event-log.js'
import type { Events, Heard, News } from './guest-messages.js'
import type { Place } from './remote-reads.js'

export class Listening {
  readonly #events: KeyEvents
  #from: MemberId | null = null
  /** Number of the subscription there, 0 for none. */
  subscription = 0
  #last = 0
  /** It is kept there since this place, and so many messages came; null until that is said. */
  #since: Place | null = null
  #count = 0

  constructor(events: KeyEvents) {
    this.#events = events
  }

  /** Changes are not heard of. */
  get isDeaf(): boolean {
    return this.#since === null
  }

  /** Once per turn: who is to tell. True where that member has to be asked now. */
  turn(near: MemberId | null): boolean {
    const from = this.#events.isWanted ? near : null
    if (from === this.#from) return false
    this.#from = from
    this.subscription = from === null ? 0 : ++this.#last
    this.#since = null
    this.#count = 0
    this.#forget()
    return true
  }

  heard(from: MemberId, { heard, at }: News): void {
    if (from !== this.#from || heard.subscription !== this.subscription) return
    if (this.#since === null) {
      this.#since = at
      this.#count = heard.count
      this.#forget()
    } else this.#counted({ ...heard, count: heard.count + 1 })
  }

  /** Events that came by themselves. */
  came(from: MemberId, events: Events): void {
    if (from !== this.#from) return
    for (const told of this.#take(events)) tellOf(this.#events, told, null)
  }

  /** What is to be told of these. */
  #take(events: Events | null): Events['list'] {
    if (events === null || events.subscription !== this.subscription) return []
    if (this.#since === null) return []
    this.#counted(events)
    this.#count = Math.max(this.#count, events.count)
    if (events.isForgotten) this.#forget()
    return events.list
  }

  /** Tells of them as replies are given. */
  held(from: MemberId, events: Events | null): HeldEvents {
    const list = from === this.#from ? this.#take(events) : []
    return new HeldEvents(list, (told, causer) => tellOf(this.#events, told, causer))
  }

  /** Something was answered: only behind what this member was told is it followed by what it will be told. */
  answered(from: MemberId, { era, index }: Place): void {
    const since = this.#since
    if (since === null) return
    if (from !== this.#from || era !== since.era || index < since.index) this.#forget()
  }

  /** What was answered may be older than what was told before. */
  wasLate(): void {
    if (this.#since !== null) this.#forget()
  }

  /** One message before this one did not come. */
  #counted({ count }: Heard): void {
    if (count === this.#count + 1) return
    this.#count = Math.max(this.#count, count - 1)
    this.#forget()
  }

  #forget(): void {
    if (this.#events.isWanted) this.#events.forgotten()
  }
}
