// Every command of the router, in the order in which COMMAND lists them.

import type { RouterCommand } from '../command.js'
import auth from './auth.js'
import echo from './echo.js'
import hello from './hello.js'
import ping from './ping.js'
import quit from './quit.js'
import reset from './reset.js'
import select from './select.js'

export const routerCommands: readonly RouterCommand[] = [
  auth,
  echo,
  hello,
  ping,
  quit,
  reset,
  select,
]
