// QUIT: closes the connection once all replies are out.

import { specs } from '../specs/connection.js'
import { ok } from '../../api/reply.js'
import type { RouterCommand } from '../command.js'

export default {
  ...specs.quit,
  run: (session) => {
    session.finish()
    return ok
  },
} satisfies RouterCommand
