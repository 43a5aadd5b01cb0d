// LOLWUT: the versions.

import { notInteger } from '../../api/replies.js'
import type { RouterCommand } from '../command.js'
import { parseInteger } from '../numbers.js'
import { specs } from '../specs/server.js'
import { redisVersion } from '../version.js'

export default {
  ...specs.lolwut,
  run: (_session, args, state) => {
    const isVersion = args[1]?.toLowerCase() === 'version' && args.length > 2
    if (isVersion && parseInteger(args[2] as string) === null) return notInteger
    const text = `Redis ver. ${redisVersion}, Quorate ver. ${state.facts.version}\n`
    return { type: 'verbatim', format: 'txt', text }
  },
} satisfies RouterCommand
