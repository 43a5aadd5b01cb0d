// COMMAND, COMMAND COUNT, DOCS, GETKEYS, GETKEYSANDFLAGS, INFO, LIST: the command table for clients.

import { globMatch } from '../../base/glob.js'
import { error, syntaxError } from '../../api/replies.js'
import { type ErrorReply, type Reply, status } from '../../api/reply.js'
import type { RouterCommand } from '../command.js'
import { describeCommand, documentCommand } from '../command-docs.js'
import type { CommandEntry } from '../command-entry.js'
import { foundKeys } from '../found-keys.js'
import { family } from '../family.js'
import { container, specs } from '../specs/command.js'
import type { RouterState, Run } from '../state.js'

const invalidCommand = error('ERR Invalid command specified')
const noKeys = error('ERR The command has no key arguments')
const invalidCount = error('ERR Invalid number of arguments specified for command')
const invalidArguments = error('ERR Invalid arguments specified for command')

const count: Run = (_session, _args, state) => state.table.entries.size

const docs: Run = (_session, args, state) => {
  const pairs: Reply[] = []
  for (const entry of chosen(args, state)) {
    if (entry !== undefined) pairs.push(entry.name, documentCommand(entry))
  }
  return { type: 'map', pairs }
}

const info: Run = (_session, args, state) =>
  chosen(args, state).map((entry) => (entry === undefined ? null : describeCommand(entry)))

function chosen(args: readonly string[], state: RouterState): (CommandEntry | undefined)[] {
  if (args.length === 2) return [...state.table.entries.values()]
  return args.slice(2).map((name) => state.table.findFull(name))
}

const getKeys: Run = (_session, args, state) => {
  const found = keysOf(args.slice(2), state)
  return 'type' in found ? found : found.map(([key]) => key)
}

const getKeysAndFlags: Run = (_session, args, state) => {
  const found = keysOf(args.slice(2), state)
  if ('type' in found) return found
  return found.map(([key, flags]) => [key, { type: 'set', items: flags.map(status) }])
}

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

const list: Run = (_session, args, state) => {
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
}

export default {
  ...family(container, specs, {
    lines: [
      '(no subcommand)',
      '    Return details about all Redis commands.',
      'COUNT',
      '    Return the total number of commands in this Redis server.',
      'LIST',
      '    Return a list of all commands in this Redis server.',
      'INFO [<command-name> ...]',
      '    Return details about multiple Redis commands.',
      '    If no command names are given, documentation details for all',
      '    commands are returned.',
      'DOCS [<command-name> ...]',
      '    Return documentation details about multiple Redis commands.',
      '    If no command names are given, documentation details for all',
      '    commands are returned.',
      'GETKEYS <full-command>',
      '    Return the keys from a full Redis command.',
      'GETKEYSANDFLAGS <full-command>',
      '    Return the keys and the access flags from a full Redis command.',
    ],
    runs: { count, docs, getkeys: getKeys, getkeysandflags: getKeysAndFlags, info, list },
  }),
  run: (_session, _args, state) => [...state.table.entries.values()].map(describeCommand),
} satisfies RouterCommand
