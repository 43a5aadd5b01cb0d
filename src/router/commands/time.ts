// TIME: the wall clock of this turn, seconds and microseconds.

import { plain, type RouterCommand } from '../command.js'

export default {
  ...plain,
  group: 'server',
  name: 'time',
  arity: 1,
  flags: ['loading', 'stale', 'fast'],
  categories: ['@fast'],
  since: '2.6.0',
  summary: 'Answers the time of the member.',
  tips: ['nondeterministic_output'],
  run: (_session, _args, { now }) => [
    String(Math.floor(now.wall / 1000)),
    String((now.wall % 1000) * 1000),
  ],
} satisfies RouterCommand
