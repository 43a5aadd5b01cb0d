// Whom the executor tells of what it did: this member's own callers among all that were answered.

import type { CommandSpec } from '../api/command.js'
import type { EntryHead } from '../api/entry.js'
import type { Caller, GroupCall, Lane } from '../api/group.js'
import type { Now } from '../api/ids.js'
import type { Reply } from '../api/reply.js'
import { readNote } from '../api/scripts.js'
import type { SlotRun } from '../api/slot-moves.js'
import type { Delivery, Strategy } from '../api/strategy.js'
import { membersOf } from '../log/members.js'
import type { Commands } from './batch.js'
import type { EventLog, HeldEvents } from './event-log.js'
import type { Guests } from './guests.js'
import type { Lanes } from './lanes.js'
import type { Membership } from './membership.js'
import type { MergingHost } from './merging.js'
import { isOriginState } from './origin-state.js'
import type { ShardInit } from './shard-init.js'
import { type Unsettled, unsettledOf } from './unsettled.js'
import type { LateAnswer, WaiterId } from './waiters.js'
import type { Writes } from './writes.js'

/** An entry that is being executed. */
export interface Running {
  readonly head: EntryHead
  readonly commands: Commands
  readonly replies: Reply[]
}

/** An own entry that is not answered yet. */
export interface Executed {
  readonly head: EntryHead
  readonly replies: readonly Reply[]
  readonly calls: Commands['calls']
  readonly told: HeldEvents
}

export interface ExecutorHost extends MergingHost {
  /** The caller of a command of this member's own batch; null of another's. */
  callerOf?(head: EntryHead, at: number): Caller | null
  /** This member's own batch was applied. */
  answered(head: EntryHead, replies: readonly Reply[]): void
  /** As `answered`, for an entry that may be answered once the strategy says so: the last one that was prepared. */
  executed(done: Executed): void
  /** A read is answered. */
  read(lane: Lane, call: GroupCall, reply: Reply): void
  /** A read has to go through the log. */
  intoLog(lane: Lane, call: GroupCall): void
  /** A command that waited is answered, of whatever origin; by an own entry that may not be answered yet. */
  served(answer: LateAnswer, isPreparing: boolean): void
  /** Commands of an origin wait no more, because the leader took it for dead. */
  cancelled(ids: readonly WaiterId[]): void
  /** An effect of a script takes place, or what it read is told: the command's arguments. */
  said?(running: Running | null, db: number, args: readonly string[]): void
  /** Slots changed hands, and are this group's. */
  came?(slots: readonly SlotRun[]): void
  /** An entry that changes the members of the group; false where it names none. */
  members(delivery: Delivery): boolean
  /** What is written next is synced, with all before it. */
  seal?(): void
  /** A tick expired so many keys. */
  ticked(count: number): void
  /** The replica may not go on: it met what it does not know. */
  halt(why: string): void
  wake(): void
}

/** Own entries may be answered now; and what waited for them for too long is refused. */
export type SettledHost = Pick<Unsettled, 'settled' | 'afterAll' | 'expire'>

export function executorHost(of: {
  readonly init: ShardInit
  readonly writes: Writes
  readonly lanes: Lanes
  readonly events: EventLog
  /** Members that serve clients of the group without a replica. */
  readonly guests: Guests
  readonly specOf: (name: string) => CommandSpec | undefined
  readonly now: () => Now
  readonly halt: (why: string) => void
  readonly strategy: () => Strategy | null
  readonly membership: Membership
  readonly seal: () => void
}): ExecutorHost & SettledHost {
  const { init, writes, lanes, events, guests } = of
  const { self } = init.config
  const unsettled = unsettledOf(init, of)
  // What it had proposed before it was started anew is nobody's any more.
  const isOfNow = ({ incarnation }: EntryHead): boolean =>
    Math.floor(incarnation / 1024) === Math.floor(writes.origin.incarnation / 1024)
  return {
    callerOf: (head, at) => writes.batchOf(head)?.lanes[at]?.caller ?? null,
    answered: (head, replies) => {
      const { origin } = writes
      if (guests.has(head.origin)) {
        return guests.answered(head, replies, { told: events.told, said: guests.takeSaid() })
      }
      if (head.origin !== self || head.incarnation !== origin.incarnation) return
      origin.answered(head.sequence, replies, events.isEmpty ? undefined : events)
    },
    executed: ({ head, replies, calls, told }) => {
      const said = guests.takeSaid()
      unsettled.behind(() => {
        if (guests.has(head.origin)) {
          guests.answered(head, replies, { told: told.told, said })
          return told.close()
        }
        const { origin } = writes
        const isOwn = head.origin === self && head.incarnation === origin.incarnation
        if (isOwn) origin.answered(head.sequence, replies, told)
        told.close()
      }, calls)
    },
    prepared: (token, operations) => {
      writes.ticks.hasRun = true
      unsettled.executed(token)
      const strategy = of.strategy()
      if (strategy?.changed !== undefined) strategy.changed(token, operations)
      else strategy?.prepared?.(token, operations === null ? null : operations.bytes())
    },
    opens: () => events.open(),
    owes: () => writes.owes(),
    settled: (tokens) => unsettled.settled(tokens),
    afterAll: (tell) => unsettled.afterAll(tell),
    expire: (now) => unsettled.expire(now),
    read: (lane, call, reply) => {
      // It shows what was answered, which counts once it may be.
      if (isOriginState(call.args)) {
        return unsettled.afterAll(() => lanes.answerRead(lane, call, reply))
      }
      if (unsettled.holds(lane, call, reply)) lanes.wasRead(lane)
      else lanes.answerRead(lane, call, reply)
    },
    intoLog: (lane, call) => lanes.intoLog(lane, call),
    served: (answer, isPreparing) => {
      const tell = (): void => {
        guests.served(answer)
        writes.served(answer)
      }
      if (isPreparing) unsettled.add(tell)
      else tell()
    },
    cancelled: (ids) => {
      guests.cancelled(ids)
      writes.cancelled(ids)
    },
    // Everybody executes it, the origin tells: once, where its client lives.
    said: (running, db, args) => {
      if (running !== null && guests.has(running.head.origin)) {
        return guests.said(running.replies.length, db, args)
      }
      if (running === null || running.head.origin !== self || !isOfNow(running.head)) return
      const at = running.replies.length
      const batch = args[0] === readNote ? writes.batchOf(running.head) : null
      batch?.lanes[at]?.caller.scriptRead?.(batch.tickets[at] as number)
      init.scripted?.(db, args)
    },
    came: (slots) => init.came?.(slots),
    members: ({ payload, token }) => {
      const members = membersOf(payload)
      if (members !== null) of.membership.executed(members, token)
      return members !== null
    },
    seal: () => of.seal(),
    ticked: (count) => writes.ticked(count),
    halt: of.halt,
    wake: () => init.sink.wake(),
  }
}
