// What COMMAND INFO and COMMAND DOCS say of SCRIPT and its subcommands.

import { oneOf } from '../../api/arguments.js'
import type { CommandSpec } from '../../api/command.js'

export const container = {
  name: 'script',
  arity: -2,
  flags: [],
  group: 'scripting',
  since: '2.6.0',
  summary: 'A container for Lua scripts management commands',
  complexity: 'Depends on subcommand.',
  categories: ['@slow'],
  tips: [],
  keys: [],
  arguments: [],
  gather: 'refuse',
} as const satisfies CommandSpec

export const specs = {
  debug: {
    name: 'script|debug',
    arity: 3,
    flags: ['noscript'],
    group: 'scripting',
    since: '3.2.0',
    summary: 'Set the debug mode for executed scripts.',
    complexity: 'O(1)',

    categories: ['@slow', '@scripting'],
    tips: [],
    keys: [],
    arguments: [oneOf('mode', ['yes', 'sync', 'no'])],
    gather: 'refuse',
  },
  exists: {
    name: 'script|exists',
    arity: -3,
    flags: ['noscript'],
    group: 'scripting',
    since: '2.6.0',
    summary: 'Check existence of scripts in the script cache.',
    complexity:
      'O(N) with N being the number of scripts to check (so checking a single script is an O(1) operation).',

    categories: ['@slow', '@scripting'],
    tips: ['request_policy:all_shards', 'response_policy:agg_logical_and'],
    keys: [],
    arguments: [{ name: 'sha1', type: 'string', multiple: true }],
    gather: 'refuse',
  },
  flush: {
    name: 'script|flush',
    arity: -2,
    flags: ['noscript'],
    group: 'scripting',
    since: '2.6.0',
    summary: 'Remove all the scripts from the script cache.',
    complexity: 'O(N) with N being the number of scripts in cache',
    history: [['6.2.0', 'Added the `ASYNC` and `SYNC` flushing mode modifiers.']],
    categories: ['@slow', '@scripting'],
    tips: ['request_policy:all_nodes', 'response_policy:all_succeeded'],
    keys: [],
    arguments: [oneOf('async', ['async', 'sync'], { since: '6.2.0', optional: true })],
    gather: 'each',
  },
  help: {
    name: 'script|help',
    arity: 2,
    flags: ['loading', 'stale'],
    group: 'scripting',
    since: '5.0.0',
    summary: 'Show helpful text about the different subcommands',
    complexity: 'O(1)',

    categories: ['@slow', '@scripting'],
    tips: [],
    keys: [],
    arguments: [],
    gather: 'refuse',
  },
  kill: {
    name: 'script|kill',
    arity: 2,
    flags: ['noscript', 'allow_busy'],
    group: 'scripting',
    since: '2.6.0',
    summary: 'Kill the script currently in execution.',
    complexity: 'O(1)',

    categories: ['@slow', '@scripting'],
    tips: ['request_policy:all_shards', 'response_policy:one_succeeded'],
    keys: [],
    arguments: [],
    gather: 'refuse',
  },
  load: {
    name: 'script|load',
    arity: 3,
    flags: ['noscript', 'stale'],
    group: 'scripting',
    since: '2.6.0',
    summary: 'Load the specified Lua script into the script cache.',
    complexity: 'O(N) with N being the length in bytes of the script body.',

    categories: ['@slow', '@scripting'],
    tips: ['request_policy:all_nodes', 'response_policy:all_succeeded'],
    keys: [],
    arguments: [{ name: 'script', type: 'string' }],
    gather: 'each',
  },
} as const satisfies Readonly<Record<string, CommandSpec>>
