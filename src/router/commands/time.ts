// TIME: the wall clock of this turn, seconds and microseconds.

import { specs } from '../specs/server.js'
import type { RouterCommand } from '../command.js'

export default {
  ...specs.time,
  run: (_session, _args, { now }) => [
    String(Math.floor(now.wall / 1000)),
    String((now.wall % 1000) * 1000),
  ],
} satisfies RouterCommand
