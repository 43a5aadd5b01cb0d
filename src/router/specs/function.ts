// What COMMAND INFO and COMMAND DOCS say of FUNCTION and its subcommands.

import type { CommandSpec } from '../../api/command.js'

export const container = {
  name: 'function',
  arity: -2,
  flags: [],
  group: 'scripting',
  since: '7.0.0',
  summary: 'A container for function commands',
  complexity: 'Depends on subcommand.',

  categories: ['@slow'],
  tips: [],
  keys: [],
  arguments: [],
  gather: 'refuse',
} as const satisfies CommandSpec

export const specs = {
  delete: {
    name: 'function|delete',
    arity: 3,
    flags: ['write', 'noscript'],
    group: 'scripting',
    since: '7.0.0',
    summary: 'Delete a function by name',
    complexity: 'O(1)',

    categories: ['@write', '@slow', '@scripting'],
    tips: ['request_policy:all_shards', 'response_policy:all_succeeded'],
    keys: [],
    arguments: [{ name: 'library-name', type: 'string' }],
    gather: 'each',
  },
  dump: {
    name: 'function|dump',
    arity: 2,
    flags: ['noscript'],
    group: 'scripting',
    since: '7.0.0',
    summary: 'Dump all functions into a serialized binary payload',
    complexity: 'O(N) where N is the number of functions',

    categories: ['@slow', '@scripting'],
    tips: [],
    keys: [],
    arguments: [],
    gather: 'refuse',
  },
  flush: {
    name: 'function|flush',
    arity: -2,
    flags: ['write', 'noscript'],
    group: 'scripting',
    since: '7.0.0',
    summary: 'Deleting all functions',
    complexity: 'O(N) where N is the number of functions deleted',

    categories: ['@write', '@slow', '@scripting'],
    tips: ['request_policy:all_shards', 'response_policy:all_succeeded'],
    keys: [],
    arguments: [
      {
        name: 'async',
        type: 'oneof',
        optional: true,
        arguments: [
          { name: 'async', type: 'pure-token', token: 'ASYNC' },
          { name: 'sync', type: 'pure-token', token: 'SYNC' },
        ],
      },
    ],
    gather: 'each',
  },
  help: {
    name: 'function|help',
    arity: 2,
    flags: ['loading', 'stale'],
    group: 'scripting',
    since: '7.0.0',
    summary: 'Show helpful text about the different subcommands',
    complexity: 'O(1)',

    categories: ['@slow', '@scripting'],
    tips: [],
    keys: [],
    arguments: [],
    gather: 'refuse',
  },
  kill: {
    name: 'function|kill',
    arity: 2,
    flags: ['noscript', 'allow_busy'],
    group: 'scripting',
    since: '7.0.0',
    summary: 'Kill the function currently in execution.',
    complexity: 'O(1)',

    categories: ['@slow', '@scripting'],
    tips: ['request_policy:all_shards', 'response_policy:one_succeeded'],
    keys: [],
    arguments: [],
    gather: 'refuse',
  },
  list: {
    name: 'function|list',
    arity: -2,
    flags: ['noscript'],
    group: 'scripting',
    since: '7.0.0',
    summary: 'List information about all the functions',
    complexity: 'O(N) where N is the number of functions',

    categories: ['@slow', '@scripting'],
    tips: ['nondeterministic_output_order'],
    keys: [],
    arguments: [
      { name: 'library-name-pattern', type: 'string', token: 'LIBRARYNAME', optional: true },
      { name: 'withcode', type: 'pure-token', token: 'WITHCODE', optional: true },
    ],
    gather: 'refuse',
  },
  load: {
    name: 'function|load',
    arity: -3,
    flags: ['write', 'denyoom', 'noscript'],
    group: 'scripting',
    since: '7.0.0',
    summary: 'Create a function with the given arguments (name, code, description)',
    complexity: 'O(1) (considering compilation time is redundant)',

    categories: ['@write', '@slow', '@scripting'],
    tips: ['request_policy:all_shards', 'response_policy:all_succeeded'],
    keys: [],
    arguments: [
      { name: 'replace', type: 'pure-token', token: 'REPLACE', optional: true },
      { name: 'function-code', type: 'string' },
    ],
    gather: 'each',
  },
  restore: {
    name: 'function|restore',
    arity: -3,
    flags: ['write', 'denyoom', 'noscript'],
    group: 'scripting',
    since: '7.0.0',
    summary: 'Restore all the functions on the given payload',
    complexity: 'O(N) where N is the number of functions on the payload',

    categories: ['@write', '@slow', '@scripting'],
    tips: ['request_policy:all_shards', 'response_policy:all_succeeded'],
    keys: [],
    arguments: [
      { name: 'serialized-value', type: 'string' },
      {
        name: 'policy',
        type: 'oneof',
        optional: true,
        arguments: [
          { name: 'flush', type: 'pure-token', token: 'FLUSH' },
          { name: 'append', type: 'pure-token', token: 'APPEND' },
          { name: 'replace', type: 'pure-token', token: 'REPLACE' },
        ],
      },
    ],
    gather: 'each',
  },
  stats: {
    name: 'function|stats',
    arity: 2,
    flags: ['noscript', 'allow_busy'],
    group: 'scripting',
    since: '7.0.0',
    summary:
      'Return information about the function currently running (name, description, duration)',
    complexity: 'O(1)',

    categories: ['@slow', '@scripting'],
    tips: ['nondeterministic_output', 'request_policy:all_shards', 'response_policy:special'],
    keys: [],
    arguments: [],
    gather: 'refuse',
  },
} as const satisfies Readonly<Record<string, CommandSpec>>
