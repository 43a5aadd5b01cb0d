// COMMAND, COMMAND COUNT, DOCS, GETKEYS, GETKEYSANDFLAGS, INFO, LIST: the command table for clients.

import { globMatch } from '../../base/glob.js'
import { error, syntaxError } from '../../api/replies.js'
import { type ErrorReply, type Reply, status } from '../../api/reply.js'
import { helpOf, plain, type RouterCommand } from '../command.js'
import { describeCommand, documentCommand } from '../command-docs.js'
import type { CommandEntry } from '../command-entry.js'
import { foundKeys } from '../found-keys.js'
import type { RouterState } from '../state.js'

const base = {
  ...plain,
  group: 'server',
  flags: ['loading', 'stale'],
  categories: ['@slow', '@connection'],
} as const
const unordered = ['nondeterministic_output_order'] as const
const named = [{ name: 'command-name', type: 'string', optional: true, multiple: true }] as const
const whole = [
  { name: 'command', type: 'string' },
  { name: 'arg', type: 'string', optional: true, multiple: true },
] as const

const invalidCommand = error('ERR Invalid command specified')
const noKeys = error('ERR The command has no key arguments')
const invalidCount = error('ERR Invalid number of arguments specified for command')
const invalidArguments = error('ERR Invalid arguments specified for command')

const count = {
  ...base,
  name: 'command|count',
  arity: 2,
  since: '2.8.13',
  summary: 'Answers how many commands there are.',
  run: (_session, _args, state) => state.table.entries.size,
} satisfies RouterCommand

const docs = {
  ...base,
  name: 'command|docs',
  arity: -2,
  since: '7.0.0',
  summary: 'Documents commands.',
  complexity: 'O(N) where N is the number of commands to look up',
  tips: unordered,
  arguments: named,
  run: (_session, args, state) => {
    const pairs: Reply[] = []
    for (const entry of chosen(args, state)) {
      if (entry !== undefined) pairs.push(entry.name, documentCommand(entry))
    }
    return { type: 'map', pairs }
  },
} satisfies RouterCommand

const info = {
  ...base,
  name: 'command|info',
  arity: -2,
  since: '2.8.13',
  summary: 'Describes commands.',
  complexity: 'O(N) where N is the number of commands to look up',
  tips: unordered,
  arguments: named,
  run: (_session, args, state) =>
    chosen(args, state).map((entry) => (entry === undefined ? null : describeCommand(entry))),
} satisfies RouterCommand

function chosen(args: readonly string[], state: RouterState): (CommandEntry | undefined)[] {
  if (args.length === 2) return [...state.table.entries.values()]
  return args.slice(2).map((name) => state.table.findFull(name))
}

const getKeys = {
  ...base,
  name: 'command|getkeys',
  arity: -4,
  since: '2.8.13',
  summary: 'Answers the keys among the arguments of a command.',
  complexity: 'O(N) where N is the number of arguments of the command',
  arguments: whole,
  run: (_session, args, state) => {
    const found = keysOf(args.slice(2), state)
    return 'type' in found ? found : found.map(([key]) => key)
  },
} satisfies RouterCommand

const getKeysAndFlags = {
  ...base,
  name: 'command|getkeysandflags',
  arity: -4,
  since: '7.0.0',
  summary: 'Answers the keys among the arguments of a command, and how it uses them.',
  complexity: 'O(N) where N is the number of arguments of the command',
  arguments: whole,
  run: (_session, args, state) => {
    const found = keysOf(args.slice(2), state)
    if ('type' in found) return found
    return found.map(([key, flags]) => [key, { type: 'set', items: flags.map(status) }])
  },
} satisfies RouterCommand

function keysOf(
  args: readonly string[],
  state: RouterState,
): ErrorReply | readonly (readonly [key: string, flags: readonly string[]])[] {
  let entry = state.table.find(args[0] as string)
  if (entry?.subcommands) entry = entry.subcommands.get((args[1] as string).toLowerCase())
  if (entry === undefined) return invalidCommand
  if (entry.isKeyless) return noKeys
  if (!entry.fits(args.length)) return invalidCount
  const found = foundKeys(entry, args)
  if (found === null || found.length === 0) {
    return entry.spec.flags.includes('no_mandatory_keys') ? [] : invalidArguments
  }
  return found.map(({ at, flags }) => [args[at] as string, flags])
}

const list = {
  ...base,
  name: 'command|list',
  arity: -2,
  since: '7.0.0',
  summary: 'Answers the names of the commands.',
  complexity: 'O(N) where N is the number of commands',
  tips: unordered,
  arguments: [
    {
      name: 'filterby',
      type: 'oneof',
      token: 'FILTERBY',
      optional: true,
      arguments: [
        { name: 'module-name', type: 'string', token: 'MODULE' },
        { name: 'category', type: 'string', token: 'ACLCAT' },
        { name: 'pattern', type: 'pattern', token: 'PATTERN' },
      ],
    },
  ],
  run: (_session, args, state) => {
    if (args.length !== 2 && args.length !== 5) return syntaxError
    if (args.length === 5 && args[2]?.toLowerCase() !== 'filterby') return syntaxError
    const kind = args[3]?.toLowerCase() ?? 'pattern'
    const value = args[4] ?? '*'
    if (kind !== 'module' && kind !== 'aclcat' && kind !== 'pattern') return syntaxError
    const names: string[] = []
    for (const { name, spec } of state.table.all()) {
      if (kind === 'aclcat' && !spec.categories.includes(`@${value.toLowerCase()}`)) continue
      if (kind === 'pattern' && !globMatch(value, name, true)) continue
      if (kind !== 'module') names.push(name)
    }
    return names
  },
} satisfies RouterCommand

export default {
  ...base,
  name: 'command',
  arity: -1,
  since: '2.8.13',
  summary: 'Describes all commands.',
  complexity: 'O(N) where N is the number of commands',
  tips: unordered,
  run: (_session, _args, state) => [...state.table.entries.values()].map(describeCommand),
  subcommands: [
    count,
    docs,
    getKeys,
    getKeysAndFlags,
    helpOf('command', {
      since: '5.0.0',
      group: 'connection',
      lines: [
        '(no subcommand)',
        '    Return details about all commands.',
        'COUNT',
        '    Return the total number of commands.',
        'LIST [FILTERBY (MODULE <name>|ACLCAT <category>|PATTERN <pattern>)]',
        '    Return a list of all commands.',
        'INFO [<command-name> ...]',
        '    Return details about multiple commands.',
        'DOCS [<command-name> ...]',
        '    Return documentation details about multiple commands.',
        'GETKEYS <full-command>',
        '    Return the keys from a full command.',
        'GETKEYSANDFLAGS <full-command>',
        '    Return the keys and the access flags from a full command.',
      ],
    }),
    info,
    list,
  ],
} satisfies RouterCommand
