// HELLO [protover [AUTH username password] [SETNAME name]]: the handshake of every modern client.

import { specs } from '../specs/connection.js'
import { error, noProto } from '../../api/replies.js'
import { emptyArray, type Reply } from '../../api/reply.js'
import { authenticate } from '../authenticate.js'
import { isPrintableName } from '../client-name.js'
import type { RouterCommand } from '../command.js'
import { parseInteger } from '../numbers.js'
import type { Session } from '../session.js'
import { redisVersion } from '../version.js'

const notVersion = error('ERR Protocol version is not an integer or out of range')
const mustAuthenticate = error(
  'NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time',
)
const badName = error('ERR Client names cannot contain spaces, newlines or special characters.')

export default {
  ...specs.hello,
  // Replies of earlier commands still go out in the protocol in which they were asked.
  barrier: true,
  run: (session, args, state) => {
    let protocol = session.protocol
    if (args.length > 1) {
      const given = parseInteger(args[1] as string)
      if (given === null) return notVersion
      if (given !== 2 && given !== 3) return noProto
      protocol = given
    }
    let name: string | null = null
    for (let at = 2; at < args.length; at++) {
      const word = (args[at] as string).toLowerCase()
      const left = args.length - at - 1
      if (word === 'auth' && left >= 2) {
        const [user, password] = [args[at + 1] as string, args[at + 2] as string]
        const refused = authenticate(session, state, { command: args[0] as string, user, password })
        if (refused !== null) return refused
        at += 2
      } else if (word === 'setname' && left >= 1) {
        name = args[++at] as string
        if (!isPrintableName(name)) return badName
      } else {
        return error(`ERR Syntax error in HELLO option '${(args[at] as string).slice(0, 128)}'`)
      }
    }
    if (!session.authenticated) return mustAuthenticate
    if (name !== null) session.facts.name = name
    session.protocol = protocol
    return greeting(session)
  },
} satisfies RouterCommand

function greeting(session: Session): Reply {
  const pairs: readonly Reply[] = [
    ...['server', 'redis', 'version', redisVersion],
    ...['proto', session.protocol, 'id', session.id],
    ...['mode', session.cluster === null ? 'standalone' : 'cluster'],
    ...['role', 'master', 'modules', emptyArray],
  ]
  return { type: 'map', pairs }
}
