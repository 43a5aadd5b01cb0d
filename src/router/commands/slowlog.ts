// SLOWLOG: the slowest commands of this member's clients.

import { error } from '../../api/replies.js'
import { ok } from '../../api/reply.js'
import { family } from '../family.js'
import { parseInteger } from '../numbers.js'
import { container, specs } from '../specs/slowlog.js'

const badCount = error('ERR count should be greater than or equal to -1')
const countFirst = 10

export default family(container, specs, {
  lines: [
    'GET [<count>]',
    '    Return top <count> entries from the slowlog (default: 10, -1 mean all).',
    '    Entries are made of:',
    '    id, timestamp, time in microseconds, arguments array, client IP and port,',
    '    client name',
    'LEN',
    '    Return the length of the slowlog.',
    'RESET',
    '    Reset the slowlog.',
  ],
  runs: {
    get: (_session, args, state) => {
      if (args.length > 3) {
        const word = (args[1] as string).slice(0, 128)
        return error(
          `ERR unknown subcommand or wrong number of arguments for '${word}'. Try SLOWLOG HELP.`,
        )
      }
      const count = args[2] === undefined ? countFirst : parseInteger(args[2])
      if (count === null || count < -1) return badCount
      const { slowLog } = state.times
      return slowLog.list(count === -1 ? slowLog.length : count)
    },
    len: (_session, _args, state) => state.times.slowLog.length,
    reset: (_session, _args, state) => {
      state.times.slowLog.reset()
      return ok
    },
  },
})
