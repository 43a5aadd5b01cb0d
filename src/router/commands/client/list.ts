// CLIENT LIST [TYPE type] [ID id ...].

import { error, syntaxError } from '../../../api/replies.js'
import { clientLine } from '../../client-line.js'
import type { RouterCommand } from '../../command.js'
import { parseInteger } from '../../numbers.js'
import { type ClientType, clientType, others, typeOf, unknownType } from './parts.js'

const badId = error('ERR Invalid client ID')

export const list = {
  ...others,
  name: 'client|list',
  arity: -2,
  since: '2.4.0',
  summary: 'Describes the connections.',
  complexity: 'O(N) where N is the number of connections',
  tips: ['nondeterministic_output'],
  arguments: [
    {
      name: 'client-type',
      type: 'oneof',
      token: 'TYPE',
      optional: true,
      arguments: [
        { name: 'normal', type: 'pure-token', token: 'NORMAL' },
        { name: 'master', type: 'pure-token', token: 'MASTER' },
        { name: 'replica', type: 'pure-token', token: 'REPLICA' },
        { name: 'pubsub', type: 'pure-token', token: 'PUBSUB' },
      ],
    },
    { name: 'client-id', type: 'integer', token: 'ID', optional: true, multiple: true },
  ],
  run: (_session, args, state) => {
    const word = args[2]?.toLowerCase()
    let ids: Set<number> | null = null
    let type: ClientType | null = null
    if (word === 'type' && args.length === 4) {
      type = clientType(args[3] as string)
      if (type === null) return unknownType(args[3] as string)
    } else if (word === 'id' && args.length > 3) {
      ids = new Set()
      for (const text of args.slice(3)) {
        const id = parseInteger(text)
        if (id === null || id <= 0) return badId
        ids.add(id)
      }
    } else if (word !== undefined) return syntaxError
    let text = ''
    for (const session of state.sessions.values()) {
      if (ids !== null && !ids.has(session.id)) continue
      if (type !== null && typeOf(session) !== type) continue
      text += `${clientLine(session, state.now.mono)}\n`
    }
    return { type: 'verbatim', format: 'txt', text }
  },
} satisfies RouterCommand
