// LATENCY, SLOWLOG, MODULE: what monitoring tools poll. Nothing is recorded yet, so most
// answers are empty; LATENCY HISTOGRAM, too.

import { error } from '../../api/replies.js'
import { emptyArray, ok, type Reply } from '../../api/reply.js'
import { admin, container, helpOf, type RouterCommand } from '../command.js'
import { parseInteger } from '../numbers.js'

const badCount = error('ERR count should be greater than or equal to -1')
const noModules = error(
  'ERR MODULE command not allowed. If the enable-module-command option is set to "local", you can run it from a local connection, otherwise you need to set this option in the configuration file, and then restart the server.',
)
const emptyMap: Reply = { type: 'map', pairs: emptyArray }

interface Sub {
  readonly name: string
  readonly arity: number
  readonly since: string
  readonly summary: string
  readonly tips?: readonly string[]
  readonly run: NonNullable<RouterCommand['run']>
}

function under(name: string, sub: Sub): RouterCommand {
  return { ...admin, ...sub, name: `${name}|${sub.name}` }
}

const everywhere = [
  'nondeterministic_output',
  'request_policy:all_nodes',
  'response_policy:special',
]
const resetEverywhere = ['request_policy:all_nodes', 'response_policy:all_succeeded']

export const latency = {
  ...container,
  group: 'server',
  name: 'latency',
  since: '2.8.13',
  summary: 'Commands about latency.',
  complexity: 'Depends on subcommand.',
  subcommands: [
    { name: 'doctor', arity: 2, since: '2.8.13', summary: 'Explains latency.', run: () => doctor },
    {
      name: 'histogram',
      arity: -2,
      since: '7.0.0',
      summary: 'Answers histograms of the latency of commands.',
      run: () => emptyMap,
    },
    {
      name: 'history',
      arity: 3,
      since: '2.8.13',
      summary: 'Answers the samples of an event.',
      run: () => emptyArray,
    },
    {
      name: 'latest',
      arity: 2,
      since: '2.8.13',
      summary: 'Answers the latest sample of each event.',
      run: () => emptyArray,
    },
    {
      name: 'reset',
      arity: -2,
      since: '2.8.13',
      summary: 'Forgets samples.',
      tips: resetEverywhere,
      run: () => 0,
    },
  ]
    .map((sub: Sub) => under('latency', { tips: everywhere, ...sub }))
    .concat(
      helpOf('latency', {
        since: '2.8.13',
        group: 'server',
        lines: [
          'DOCTOR',
          '    Return a human readable latency analysis report.',
          'HISTORY <event>',
          '    Return time-latency samples for the <event> class.',
          'LATEST',
          '    Return the latest latency samples for all events.',
          'RESET [<event> ...]',
          '    Reset latency data of one or more <event> classes.',
          'HISTOGRAM [COMMAND ...]',
          '    Return a cumulative distribution of latencies.',
        ],
      }),
    ),
} satisfies RouterCommand

const doctor: Reply = {
  type: 'verbatim',
  format: 'txt',
  text: 'Latency events are not recorded. See loop_delay_p99_ms in INFO server.',
}

const slowlogTips = ['request_policy:all_nodes', 'nondeterministic_output']

export const slowlog = {
  ...container,
  group: 'server',
  name: 'slowlog',
  since: '2.2.12',
  summary: 'Commands about the slow log.',
  complexity: 'Depends on subcommand.',
  subcommands: [
    {
      name: 'get',
      arity: -2,
      since: '2.2.12',
      summary: 'Answers the latest entries.',
      tips: slowlogTips,
      run: (_session: unknown, args: readonly string[]) => {
        const count = args[2] === undefined ? 10 : parseInteger(args[2])
        return count === null || count < -1 ? badCount : emptyArray
      },
    },
    {
      name: 'len',
      arity: 2,
      since: '2.2.12',
      summary: 'Answers the number of entries.',
      tips: ['request_policy:all_nodes', 'response_policy:agg_sum', 'nondeterministic_output'],
      run: () => 0,
    },
    {
      name: 'reset',
      arity: 2,
      since: '2.2.12',
      summary: 'Forgets all entries.',
      tips: resetEverywhere,
      run: () => ok,
    },
  ]
    .map(
      (sub: Sub): RouterCommand => ({
        ...under('slowlog', sub),
        flags: ['admin', 'loading', 'stale'],
      }),
    )
    .concat(
      helpOf('slowlog', {
        since: '6.2.0',
        group: 'server',
        lines: [
          'GET [<count>]',
          '    Return top <count> entries from the slowlog (default: 10, -1 mean all).',
          'LEN',
          '    Return the length of the slowlog.',
          'RESET',
          '    Reset the slowlog.',
        ],
      }),
    ),
} satisfies RouterCommand

export const module = {
  ...container,
  group: 'server',
  name: 'module',
  since: '4.0.0',
  summary: 'Commands about modules, of which there are none.',
  complexity: 'Depends on subcommand.',
  subcommands: [
    {
      ...under('module', {
        name: 'list',
        arity: 2,
        since: '4.0.0',
        summary: 'Answers the loaded modules.',
        tips: ['nondeterministic_output_order'],
        run: () => emptyArray,
      }),
      flags: ['admin', 'noscript'],
    },
    ...['load', 'loadex', 'unload'].map(
      (name): RouterCommand => ({
        ...under('module', {
          name,
          arity: name === 'unload' ? 3 : -3,
          since: '4.0.0',
          summary: 'Refused.',
          run: () => noModules,
        }),
        flags: ['admin', 'noscript', 'no_async_loading'],
      }),
    ),
    helpOf('module', {
      since: '5.0.0',
      group: 'server',
      lines: ['LIST', '    Return a list of loaded modules.'],
    }),
  ],
} satisfies RouterCommand

export const role = {
  ...admin,
  name: 'role',
  arity: 1,
  flags: ['noscript', 'loading', 'stale', 'fast'],
  categories: ['@admin', '@fast', '@dangerous'],
  since: '2.8.12',
  summary: 'Answers the role of the member for its clients: each one takes writes.',
  run: () => ['master', 0, emptyArray],
} satisfies RouterCommand
