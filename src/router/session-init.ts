// What a session is made of, and whom it talks to.

import type { Door } from '../api/door.js'
import type { ConnectionId, Now } from '../api/ids.js'
import type { Lane, RefusedCall } from '../api/group.js'
import type { ErrorReply, Reply } from '../api/reply.js'
import type { User } from './acl/user.js'
import type { Session } from './session.js'
import type { Stats } from './stats.js'

/** What a session tells the router; acted upon later in the turn. */
export interface SessionEvents {
  /** There is output, or the connection may have to be closed. Once per turn. */
  touched(session: Session): void
  /** It had stopped and could go on. Once until `goOn`. */
  ready(session: Session): void
  /** A command of it is to be routed again. */
  refused(session: Session, refused: RefusedCommand): void
}

/** See `Caller.refused`. */
export interface RefusedCommand {
  readonly lane: Lane
  readonly call: RefusedCall
  readonly why: ErrorReply
}

/** A part of a command over several groups. */
export interface Part {
  take(reply: Reply): void
  /** Its slots change hands, and whoever asked for it asks again; else it is routed again alone. */
  refused?(why: ErrorReply): void
  /** A script in it read something. */
  hasRead?: boolean
}

export interface SessionInit {
  readonly id: ConnectionId
  readonly listener: string
  readonly remote: string
  readonly local: string
  readonly door: Door
  readonly stats: Stats
  readonly events: SessionEvents
  readonly authenticated: boolean
  readonly user: User
  readonly now: Now
}

/** on, off, own: CLIENT REPLY SKIP itself, next: the command behind it. */
export type ReplyMode = 'on' | 'off' | 'own' | 'next'
