// CLIENT KILL ip:port, and CLIENT KILL with filters. The own connection is closed behind its reply.

import { error, syntaxError } from '../../../api/replies.js'
import { type ErrorReply, ok, type Reply } from '../../../api/reply.js'
import type { RouterCommand } from '../../command.js'
import { parseInteger } from '../../numbers.js'
import type { Session } from '../../session.js'
import type { RouterState } from '../../state.js'
import { type ClientType, clientType, others, typeOf, unknownType } from './parts.js'

const noSuchClient = error('ERR No such client')
const badId = error('ERR client-id should be greater than 0')

interface Filter {
  id: number | null
  addr: string | null
  laddr: string | null
  /** Seconds of age at least. */
  maxAge: number | null
  user: string | null
  kind: ClientType | null
  skipMe: boolean
}

export const kill = {
  ...others,
  name: 'client|kill',
  arity: -3,
  since: '2.4.0',
  summary: 'Closes connections.',
  complexity: 'O(N) where N is the number of connections',
  arguments: [
    {
      name: 'filter',
      type: 'oneof',
      arguments: [
        { name: 'ip:port', type: 'string' },
        {
          name: 'new-format',
          type: 'oneof',
          multiple: true,
          arguments: [
            { name: 'client-id', type: 'integer', token: 'ID', optional: true },
            { name: 'client-type', type: 'string', token: 'TYPE', optional: true },
            { name: 'username', type: 'string', token: 'USER', optional: true },
            { name: 'addr', type: 'string', token: 'ADDR', optional: true },
            { name: 'laddr', type: 'string', token: 'LADDR', optional: true },
            { name: 'skipme', type: 'string', token: 'SKIPME', optional: true },
            { name: 'maxage', type: 'integer', token: 'MAXAGE', optional: true },
          ],
        },
      ],
    },
  ],
  run: (session, args, state) => {
    if (args.length === 3) return killAddress(session, args[2] as string, state)
    const filter = parseFilter(args)
    if ('type' in filter) return filter
    if (filter.user !== null && state.users.get(filter.user) === undefined) {
      return error(`ERR No such user '${filter.user.slice(0, 128)}'`)
    }
    let count = 0
    for (const other of state.sessions.values()) {
      if (!fits(other, filter, state) || (filter.skipMe && other === session)) continue
      close(session, other, state)
      count++
    }
    return count
  },
} satisfies RouterCommand

function killAddress(session: Session, address: string, state: RouterState): Reply {
  for (const other of state.sessions.values()) {
    if (other.remote !== address || other.isFinished) continue
    close(session, other, state)
    return ok
  }
  return noSuchClient
}

function close(session: Session, other: Session, state: RouterState): void {
  if (other === session) session.finish()
  else state.kill(other)
}

function fits(other: Session, filter: Filter, state: RouterState): boolean {
  if (other.isFinished) return false
  if (filter.kind !== null && typeOf(other) !== filter.kind) return false
  if (filter.id !== null && other.id !== filter.id) return false
  if (filter.addr !== null && other.remote !== filter.addr) return false
  if (filter.user !== null && other.user.name !== filter.user) return false
  if (filter.laddr !== null && other.local !== filter.laddr) return false
  const ageMs = state.now.mono - other.facts.connectedAt
  return filter.maxAge === null || ageMs >= filter.maxAge * 1000
}

function parseFilter(args: readonly string[]): Filter | ErrorReply {
  const filter: Filter = {
    id: null,
    addr: null,
    laddr: null,
    maxAge: null,
    user: null,
    kind: null,
    skipMe: true,
  }
  if (args.length % 2 !== 0) return syntaxError
  for (let at = 2; at < args.length; at += 2) {
    const refused = applyOption(filter, (args[at] as string).toLowerCase(), args[at + 1] as string)
    if (refused !== null) return refused
  }
  return filter
}

function applyOption(filter: Filter, name: string, value: string): ErrorReply | null {
  switch (name) {
    case 'id': {
      const id = parseInteger(value)
      if (id === null || id < 1) return badId
      filter.id = id
      return null
    }
    case 'maxage': {
      filter.maxAge = parseInteger(value)
      return filter.maxAge === null || filter.maxAge < 1 ? syntaxError : null
    }
    case 'type': {
      filter.kind = clientType(value)
      return filter.kind === null ? unknownType(value) : null
    }
    case 'addr':
      filter.addr = value
      return null
    case 'laddr':
      filter.laddr = value
      return null
    case 'user':
      filter.user = value
      return null
    case 'skipme': {
      const lower = value.toLowerCase()
      if (lower !== 'yes' && lower !== 'no') return syntaxError
      filter.skipMe = lower === 'yes'
      return null
    }
    default:
      return syntaxError
  }
}
