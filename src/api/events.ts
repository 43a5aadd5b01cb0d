// What happens to keys, for those who tell clients of it: keyspace notifications and the invalidation
// of what clients keep. An engine tells its shard, the shard the member, in the order of its replies.

import type { Caller } from './group.js'

/** Hears of keys while an engine executes. Must not call back. */
export interface EventListener {
  /** A key changed, by Redis' name of the event. */
  changed(event: string, db: number, key: string): void
  /** A key came to be: told before the event that made it. */
  created(db: number, key: string): void
  /** A read looked for a key that is not there. */
  missed(db: number, key: string): void
  /** All keys of a database were removed at once. */
  cleared(db: number): void
}

/** Hears of the keys of all groups of a member. May call callers, and no group. */
export interface KeyEvents {
  /** Somebody wants to hear of keys: while it is false, nothing is told but `forgotten`. */
  readonly isWanted: boolean
  /** Clients of other members want to hear: what is committed is told there at once. */
  readonly isAwaited: boolean
  /** `causer`: whose command on this member it was, told once the reply to it is there; else null. */
  changed(event: string, db: number, key: string, causer: Caller | null): void
  /** `isApplied`: every member met it, in an entry; else only this one, in a read outside the log. */
  missed(db: number, key: string, isApplied: boolean): void
  cleared(db: number, causer: Caller | null): void
  /** Any value that was read before may have changed without a word: a leader was lost, a snapshot took the place of entries. */
  forgotten(): void
}

/** Nobody wants to hear. */
export const noKeyEvents: KeyEvents = {
  isWanted: false,
  isAwaited: false,
  changed: () => undefined,
  missed: () => undefined,
  cleared: () => undefined,
  forgotten: () => undefined,
}
