// INFO [section ...].

import { specs } from '../specs/server.js'
import type { RouterCommand } from '../command.js'
import { infoText } from '../info/sections.js'

export default {
  ...specs.info,
  run: (session, args, state) => ({
    type: 'verbatim',
    format: 'txt',
    text: infoText(args.slice(1), state, session.cluster === null ? 'proxy' : 'cluster'),
  }),
} satisfies RouterCommand
