// INFO [section ...].

import { plain, type RouterCommand } from '../command.js'
import { infoText } from '../info/sections.js'

export default {
  ...plain,
  group: 'server',
  name: 'info',
  arity: -1,
  flags: ['loading', 'stale'],
  categories: ['@slow', '@dangerous'],
  since: '1.0.0',
  summary: 'Describes the member: figures for people and monitoring.',
  tips: ['nondeterministic_output', 'request_policy:all_shards', 'response_policy:special'],
  arguments: [{ name: 'section', type: 'string', optional: true, multiple: true }],
  run: (_session, args, state) => ({
    type: 'verbatim',
    format: 'txt',
    text: infoText(args.slice(1), state),
  }),
} satisfies RouterCommand
