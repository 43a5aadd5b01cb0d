// DEBUG: what tests ask of a server. Off unless the configuration allows it (security.debug-command), as in
// Redis; what would crash or corrupt a server does not exist here.

import { showDigest } from '../../api/keyspace-digest.js'
import { error, noSuchKey, unknownOrWrongArity } from '../../api/replies.js'
import { isError, ok, status } from '../../api/reply.js'
import { hashBytes } from '../../base/hash.js'
import { askGroup } from '../ask-group.js'
import type { RouterCommand } from '../command.js'
import { helpReply } from '../family.js'
import type { Session } from '../session.js'
import { specs } from '../specs/server.js'
import { deferred, type Run, type RouterState } from '../state.js'
import { debugProtocol } from './debug-protocol.js'

const notAllowed = error(
  'ERR DEBUG command not allowed. If the enable-debug-command option is set to "local", you can run it from a local connection, otherwise you need to set this option in the configuration file, and then restart the server.',
)
const sleepMsMax = 60_000

const help = helpReply('debug', [
  'CHANGE-REPL-ID',
  '    Does nothing: members have no replication ids.',
  'DIGEST',
  '    Output a hex signature representing the current state of all groups.',
  'DIGEST groups',
  '    Output one for each group.',
  'ERROR <string>',
  '    Return a Redis protocol error with <string> as message. Useful for clients',
  '    unit tests to simulate Redis errors.',
  'LOG <message>',
  '    Does nothing: what clients say is not logged.',
  'OBJECT <key>',
  '    Show low level info about `key` and associated value.',
  'PROTOCOL <type>',
  '    Reply with a test value of the specified type. <type> can be: string,',
  '    integer, double, bignum, null, array, set, map, attrib, push, verbatim,',
  '    true, false.',
  'RELOAD',
  '    Begins a checkpoint; the data stays as it is.',
  'SET-ACTIVE-EXPIRE <0|1>',
  '    Setting it to 0 disables expiring keys in background when they are not',
  '    accessed, as long as this member leads. Setting it to 1 reenables it.',
  'SLEEP <seconds>',
  '    Hold all commands of this member back for <seconds>. Decimals allowed.',
])

function isAllowed(session: Session, state: RouterState): boolean {
  const allowed = state.settings.get('enable-debug-command')
  if (allowed === 'local') {
    return session.remote.startsWith('127.') || session.remote.startsWith('::1')
  }
  return allowed === 'yes'
}

const sleep: Run = (session, args, state) => {
  const seconds = Number(args[2])
  const ms = Number.isFinite(seconds) ? Math.min(sleepMsMax, Math.max(0, seconds * 1000)) : 0
  if (ms === 0 || !state.mayDefer) return ok
  const until = state.now.mono + ms
  state.gate.pause('all', until)
  state.delays.add(session, state.table.find('debug') ?? null, {
    until,
    ask: (isOver) => (isOver ? ok : null),
  })
  return deferred
}

/** `encoding` from the engine; what we have no address or count for is as in a fresh Redis. */
const object: Run = (session, args, state) => {
  const call = { name: 'object', args: ['object', 'encoding', args[2] as string] }
  return askGroup(state, session, call, (reply) => {
    if (reply === null) return noSuchKey
    if (isError(reply)) return reply
    return status(
      `Value at:0x0 refcount:1 encoding:${String(reply)} serializedlength:0 lru:0 lru_seconds_idle:0`,
    )
  })
}

/** `keyspace/shard:digest` of each group, in the order of their numbers; no digest where an entry is half done. */
function digestsOf({ groups }: RouterState): readonly string[] {
  return groups
    .filter((group) => group.digestText !== undefined)
    .sort((one, other) => one.id - other.id)
    .map((group) => `${group.keyspace}/${group.shard}:${group.digestText?.()}`)
}

/** Forty digits, as Redis has them, that depend on every group. */
const digest: Run = (_session, _args, state) => {
  const bytes = Buffer.from(digestsOf(state).join('\n'))
  const first = hashBytes(bytes)
  const second = hashBytes(bytes, first)
  const parts = [first, second, hashBytes(bytes, second)]
  return status(parts.map(showDigest).join('').slice(0, 40))
}

const harmless: ReadonlySet<string> = new Set([
  'aof-flush-sleep',
  'change-repl-id',
  'jemalloc',
  'log',
  'pause-cron',
  'quicklist-packed-threshold',
  'replybuffer',
  'set-disable-deny-scripts',
  'set-skip-checksum-validation',
])

const run: Run = (session, args, state) => {
  const word = (args[1] as string).toLowerCase()
  if (!isAllowed(session, state)) return notAllowed
  const count = args.length
  if (word === 'help' && count === 2) return help
  if (word === 'sleep' && count === 3) return sleep(session, args, state)
  if (word === 'object' && count >= 3) return object(session, args, state)
  if (word === 'error' && count === 3) {
    return error((args[2] as string).replaceAll('\r', ' ').replaceAll('\n', ' '))
  }
  if (word === 'protocol' && count === 3) return debugProtocol(args[2] as string, session.protocol)
  if (word === 'digest' && count === 2) return digest(session, args, state)
  if (word === 'digest' && count === 3 && (args[2] as string).toLowerCase() === 'groups')
    return digestsOf(state)
  if (word === 'set-active-expire' && count === 3) {
    const isOn = Number(args[2]) !== 0 && args[2] !== 'x'
    for (const group of state.groups) group.setActiveExpire?.(isOn)
    return ok
  }
  if (word === 'reload' && count >= 2) {
    state.cluster.requestCheckpoint()
    return ok
  }
  if (harmless.has(word) && (count > 2 || word === 'change-repl-id')) return ok
  return unknownOrWrongArity('debug', args[1] as string)
}

export default { ...specs.debug, barrier: true, run } satisfies RouterCommand
