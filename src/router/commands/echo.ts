// ECHO message.

import { specs } from '../specs/connection.js'
import type { RouterCommand } from '../command.js'

export default {
  ...specs.echo,
  run: (_session, args) => args[1] as string,
} satisfies RouterCommand
