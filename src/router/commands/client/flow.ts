// CLIENT PAUSE, UNPAUSE and REPLY: who is served, and who hears of it. A pause holds for the clients
// of this member.

import { error, syntaxError } from '../../../api/replies.js'
import { ok, silent } from '../../../api/reply.js'
import type { RouterCommand } from '../../command.js'
import { parseInteger } from '../../numbers.js'
import { others, own } from './parts.js'

const notTimeout = error('ERR timeout is not an integer or out of range')
const negative = error('ERR timeout is negative')
const tooMany = error(
  "ERR unknown subcommand or wrong number of arguments for 'PAUSE'. Try CLIENT HELP.",
)
const badMode = error('ERR CLIENT PAUSE mode must be WRITE or ALL')

export const pause = {
  ...others,
  name: 'client|pause',
  arity: -3,
  since: '3.0.0',
  summary: 'Holds the commands of all connections back for a time.',
  arguments: [
    { name: 'timeout', type: 'integer' },
    {
      name: 'mode',
      type: 'oneof',
      optional: true,
      arguments: [
        { name: 'write', type: 'pure-token', token: 'WRITE' },
        { name: 'all', type: 'pure-token', token: 'ALL' },
      ],
    },
  ],
  run: (_session, args, state) => {
    if (args.length > 4) return tooMany
    const mode = (args[3] ?? 'all').toLowerCase()
    if (mode !== 'write' && mode !== 'all') return badMode
    const timeout = parseInteger(args[2] as string)
    if (timeout === null) return notTimeout
    if (timeout < 0) return negative
    state.gate.pause(mode, state.now.mono + timeout)
    return ok
  },
} satisfies RouterCommand

export const unpause = {
  ...others,
  name: 'client|unpause',
  arity: 2,
  since: '6.2.0',
  summary: 'Ends a pause.',
  complexity: 'O(N) where N is the number of connections that wait',
  run: (_session, _args, state) => {
    state.gate.unpause()
    return ok
  },
} satisfies RouterCommand

export const reply = {
  ...own,
  name: 'client|reply',
  arity: 3,
  since: '3.2.0',
  summary: 'Switches replies to the connection on or off, or skips the next one.',
  arguments: [
    {
      name: 'mode',
      type: 'oneof',
      arguments: [
        { name: 'on', type: 'pure-token', token: 'ON' },
        { name: 'off', type: 'pure-token', token: 'OFF' },
        { name: 'skip', type: 'pure-token', token: 'SKIP' },
      ],
    },
  ],
  run: (session, args) => {
    switch ((args[2] as string).toLowerCase()) {
      case 'on':
        session.replyMode = 'on'
        return ok
      case 'off':
        session.replyMode = 'off'
        return silent
      case 'skip':
        // `own` covers this command, `next` the one behind it.
        if (session.replyMode !== 'off') session.replyMode = 'own'
        return silent
      default:
        return syntaxError
    }
  },
} satisfies RouterCommand
