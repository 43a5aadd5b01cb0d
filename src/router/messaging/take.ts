// How dispatch runs the commands of pub/sub, and what a RESP2 connection may say once it listens.

import { error } from '../../api/replies.js'
import type { ErrorReply } from '../../api/reply.js'
import type { CommandEntry } from '../command-entry.js'
import type { Session } from '../session.js'
import { deferred, type RouterState, type Run } from '../state.js'

/** What a connection that listens in RESP2 may send. */
const allowed: ReadonlySet<string> = new Set([
  ...['subscribe', 'psubscribe', 'ssubscribe', 'unsubscribe', 'punsubscribe', 'sunsubscribe'],
  ...['ping', 'quit', 'reset'],
])

const noData = error("ERR Replica can't interact with the keyspace")

/** Null where a connection that listens, or looks at all commands, may run it. */
export function refuseWhileListening(session: Session, entry: CommandEntry): ErrorReply | null {
  // Redis takes one that looks for a kind of replica.
  if (session.isMonitor && touchesData(entry)) return noData
  if (session.subscribed === 0 || session.protocol > 2 || allowed.has(entry.name)) return null
  return error(
    `ERR Can't execute '${entry.name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`,
  )
}

function touchesData({ name, spec, isWrite }: CommandEntry): boolean {
  return isWrite || spec.flags.includes('readonly') || name === 'publish' || name === 'spublish'
}

/** CLIENT CACHING holds for one command, or for one transaction. */
export function forgetCaching(session: Session, entry: CommandEntry): void {
  const mode = session.tracking
  if (mode === null || session.transaction !== null || entry.name.startsWith('client|')) return
  mode.isCachingGiven = false
}

/**
 * Runs SUBSCRIBE, PUBLISH and the like. What a message of its own brings to the connection follows the
 * reply (Redis 7.2). A subscription is confirmed once the other members know of it: a message that is
 * published behind the confirmation, anywhere, arrives and is counted.
 */
export function takePubsub(
  session: Session,
  entry: CommandEntry<Run>,
  { args, state, run }: { args: readonly string[]; state: RouterState; run: Run },
): void {
  const isPublish = entry.name === 'publish' || entry.name === 'spublish'
  // Confirmations are messages: CLIENT REPLY OFF does not silence them.
  const ticket = isPublish ? session.open(entry) : session.openLoud()
  session.holdPushes(ticket)
  const reply = run(session, args, state)
  if (reply === deferred) return
  if (isPublish || entry.name.includes('unsub')) {
    session.answer(ticket, reply)
    return
  }
  session.confirming++
  state.messaging.whenKnown(state.now, () => {
    if (session.isClosed) return
    session.confirming--
    session.answer(ticket, reply)
  })
}
