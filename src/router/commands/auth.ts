// AUTH [username] password.

import { specs } from '../specs/connection.js'
import { error, syntaxError } from '../../api/replies.js'
import { ok } from '../../api/reply.js'
import { authenticate } from '../authenticate.js'
import type { RouterCommand } from '../command.js'

const noPassword = error(
  'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?',
)

export default {
  ...specs.auth,
  run: (session, args, state) => {
    if (args.length > 3) return syntaxError
    if (args.length === 2 && state.users.isFree) return noPassword
    const user = args.length === 3 ? (args[1] as string) : 'default'
    return (
      authenticate(session, state, {
        command: args[0] as string,
        user,
        password: args.at(-1) as string,
      }) ?? ok
    )
  },
} satisfies RouterCommand
