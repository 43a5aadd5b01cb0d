// CONFIG GET, SET, RESETSTAT, REWRITE.

import { globMatch } from '../../base/glob.js'
import { error, syntaxError } from '../../api/replies.js'
import { ok, type Reply } from '../../api/reply.js'
import { groupTotals } from '../info/counters.js'
import { admin, container, helpOf, type RouterCommand } from '../command.js'
import type { RouterState } from '../state.js'

const notRewritten = error(
  'ERR CONFIG REWRITE is not supported: change the configuration file, it is never written by the server',
)

const get = {
  ...admin,
  name: 'config|get',
  arity: -3,
  since: '2.0.0',
  summary: 'Answers the settings whose names match.',
  complexity: 'O(N) where N is the number of settings',
  arguments: [{ name: 'parameter', type: 'string', multiple: true }],
  run: (_session, args, state) => {
    /** By setting; a name without wildcards is answered as it was asked for. */
    const found = new Map<string, string>()
    for (const pattern of args.slice(2)) {
      const plainName = pattern.toLowerCase()
      if (state.settings.get(plainName) !== undefined) {
        if (!found.has(plainName)) found.set(plainName, pattern)
        continue
      }
      for (const name of state.settings.names()) {
        if (!found.has(name) && globMatch(pattern, name, true)) found.set(name, name)
      }
    }
    const pairs: Reply[] = []
    for (const [name, shown] of found) pairs.push(shown, state.settings.get(name) ?? '')
    return { type: 'map', pairs }
  },
} satisfies RouterCommand

const set = {
  ...admin,
  name: 'config|set',
  arity: -4,
  since: '2.0.0',
  summary: 'Changes settings of this member until it stops: all that are given, or none.',
  complexity: 'O(N) where N is the number of settings given',
  tips: ['request_policy:all_nodes', 'response_policy:all_succeeded'],
  arguments: [
    {
      name: 'parameter_value',
      type: 'block',
      multiple: true,
      arguments: [
        { name: 'parameter', type: 'string' },
        { name: 'value', type: 'string' },
      ],
    },
  ],
  run: (_session, args, state) => {
    if (args.length % 2 !== 0) return syntaxError
    return setPairs(args, state)
  },
} satisfies RouterCommand

function setPairs(args: readonly string[], state: RouterState): Reply {
  const pairs = new Map<string, string>()
  for (let at = 2; at < args.length; at += 2) {
    const name = (args[at] as string).toLowerCase()
    if (state.settings.get(name) === undefined) {
      return error(
        `ERR Unknown option or number of arguments for CONFIG SET - '${(args[at] as string).slice(0, 128)}'`,
      )
    }
    if (pairs.has(name)) return failed(args[at] as string, 'duplicate parameter')
    pairs.set(name, args[at + 1] as string)
  }
  const fault = state.settings.set(pairs)
  return fault === null ? ok : failed(fault.name, fault.why)
}

function failed(name: string, why: string): Reply {
  return error(`ERR CONFIG SET failed (possibly related to argument '${name}') - ${why}`)
}

const resetStat = {
  ...admin,
  name: 'config|resetstat',
  arity: 2,
  since: '2.0.0',
  summary: 'Sets the counters of INFO back to zero.',
  run: (_session, _args, state) => {
    state.stats.reset(state.table.all(), groupTotals(state))
    return ok
  },
} satisfies RouterCommand

const rewrite = {
  ...admin,
  name: 'config|rewrite',
  arity: 2,
  since: '2.8.0',
  summary: 'Refused: the configuration file belongs to the operator.',
  run: () => notRewritten,
} satisfies RouterCommand

export default {
  ...container,
  group: 'server',
  name: 'config',
  since: '2.0.0',
  summary: 'Commands about settings.',
  complexity: 'Depends on subcommand.',
  subcommands: [
    get,
    helpOf('config', {
      since: '5.0.0',
      group: 'server',
      lines: [
        'GET <pattern>',
        '    Return parameters matching the glob-like <pattern> and their values.',
        'SET <directive> <value>',
        '    Set the configuration <directive> to <value>.',
        'RESETSTAT',
        '    Reset statistics reported by the INFO command.',
      ],
    }),
    resetStat,
    rewrite,
    set,
  ],
} satisfies RouterCommand
