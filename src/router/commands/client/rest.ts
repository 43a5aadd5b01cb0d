// The subcommands of CLIENT that have little to do here, answered as clients expect: NO-EVICT, NO-TOUCH,
// MAINT_NOTIFICATIONS and UNBLOCK.

import { error, notInteger, syntaxError } from '../../../api/replies.js'
import { ok } from '../../../api/reply.js'
import { unblockClient } from '../../blocking.js'
import type { RouterCommand } from '../../command.js'
import { parseInteger } from '../../numbers.js'
import { onOrOff, others, own } from './parts.js'

const wrongUnblock = error(
  "ERR unknown subcommand or wrong number of arguments for 'UNBLOCK'. Try CLIENT HELP.",
)
const badReason = error('ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR')

const enabled = {
  name: 'enabled',
  type: 'oneof',
  arguments: [
    { name: 'on', type: 'pure-token', token: 'ON' },
    { name: 'off', type: 'pure-token', token: 'OFF' },
  ],
} as const

export const noEvict = {
  ...others,
  name: 'client|no-evict',
  arity: 3,
  since: '7.0.0',
  summary: 'Keeps the connection from being evicted.',
  arguments: [enabled],
  run: (session, args) => {
    const on = onOrOff(args[2] as string)
    if (typeof on === 'object') return on
    session.facts.noEvict = on
    return ok
  },
} satisfies RouterCommand

export const noTouch = {
  ...own,
  name: 'client|no-touch',
  arity: 3,
  since: '7.2.0',
  summary: 'Keeps the connection from renewing the age of keys.',
  arguments: [enabled],
  run: (session, args) => {
    const on = onOrOff(args[2] as string)
    if (typeof on === 'object') return on
    session.facts.noTouch = on
    return ok
  },
} satisfies RouterCommand

/** How clients name the address that they want to be told: there is one, or they want none. */
const endpointTypes = ['none', 'internal-ip', 'internal-fqdn', 'external-ip', 'external-fqdn']

export const maintNotifications = {
  ...own,
  name: 'client|maint_notifications',
  arity: -3,
  since: '8.2.0',
  summary: 'Asks to be told of planned maintenance.',
  arguments: [
    enabled,
    { name: 'type', type: 'string', token: 'MOVING-ENDPOINT-TYPE', optional: true },
  ],
  run: (session, args) => {
    const on = onOrOff(args[2] as string)
    if (typeof on === 'object') return on
    let type = 'external-ip'
    for (let at = 3; at < args.length; at += 2) {
      type = args[at + 1]?.toLowerCase() ?? ''
      const isType = args[at]?.toLowerCase() === 'moving-endpoint-type'
      if (!isType || !endpointTypes.includes(type)) return syntaxError
    }
    session.facts.maintenance = !on ? 'off' : type === 'none' ? 'no-address' : 'address'
    return ok
  },
} satisfies RouterCommand

/** Ids are those of this member's connections. */
export const unblock = {
  ...others,
  name: 'client|unblock',
  arity: -3,
  since: '5.0.0',
  summary: 'Unblocks a connection that waits in a blocking command.',
  complexity: 'O(log N) where N is the number of connections',
  arguments: [{ name: 'client-id', type: 'integer' }],
  run: (session, args, state) => {
    const how = args[3]?.toLowerCase() ?? 'timeout'
    if (args.length > 4) return wrongUnblock
    if (how !== 'timeout' && how !== 'error') return badReason
    const id = parseInteger(args[2] as string)
    return id === null ? notInteger : unblockClient(session, state, { id, how })
  },
} satisfies RouterCommand
