// CLIENT ID, INFO, GETNAME, SETNAME, SETINFO: what a connection is and says of itself.

import { error } from '../../../api/replies.js'
import { ok } from '../../../api/reply.js'
import { clientLine } from '../../client-line.js'
import { isPrintableName } from '../../client-name.js'
import type { RouterCommand } from '../../command.js'
import { own } from './parts.js'

const badName = error('ERR Client names cannot contain spaces, newlines or special characters.')

export const id = {
  ...own,
  name: 'client|id',
  arity: 2,
  since: '5.0.0',
  summary: 'Answers the id of the connection.',
  run: (session) => session.id,
} satisfies RouterCommand

export const info = {
  ...own,
  name: 'client|info',
  arity: 2,
  since: '6.2.0',
  summary: 'Describes the connection.',
  tips: ['nondeterministic_output'],
  run: (session, _args, state) => ({
    type: 'verbatim',
    format: 'txt',
    text: `${clientLine(session, state.now.mono)}\n`,
  }),
} satisfies RouterCommand

export const getName = {
  ...own,
  name: 'client|getname',
  arity: 2,
  since: '2.6.9',
  summary: 'Answers the name of the connection.',
  run: (session) => (session.facts.name === '' ? null : session.facts.name),
} satisfies RouterCommand

export const setName = {
  ...own,
  name: 'client|setname',
  arity: 3,
  since: '2.6.9',
  summary: 'Names the connection.',
  arguments: [{ name: 'connection-name', type: 'string' }],
  run: (session, args) => {
    const name = args[2] as string
    if (!isPrintableName(name)) return badName
    session.facts.name = name
    return ok
  },
} satisfies RouterCommand

export const setInfo = {
  ...own,
  name: 'client|setinfo',
  arity: 4,
  since: '7.2.0',
  summary: 'Tells the name or version of the client library.',
  arguments: [
    {
      name: 'attr',
      type: 'oneof',
      arguments: [
        { name: 'libname', type: 'string', token: 'LIB-NAME' },
        { name: 'libver', type: 'string', token: 'LIB-VER' },
      ],
    },
  ],
  run: (session, args) => {
    const option = (args[2] as string).toLowerCase()
    const value = args[3] as string
    if (option !== 'lib-name' && option !== 'lib-ver') {
      return error(`ERR Unrecognized option '${(args[2] as string).slice(0, 128)}'`)
    }
    if (!isPrintableName(value)) {
      return error(`ERR ${option} cannot contain spaces, newlines or special characters.`)
    }
    if (option === 'lib-name') session.facts.libraryName = value
    else session.facts.libraryVersion = value
    return ok
  },
} satisfies RouterCommand
