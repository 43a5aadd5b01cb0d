// What COMMAND INFO and COMMAND DOCS say of EVAL, FCALL and their kin.

import type { ArgumentDoc, CommandSpec } from '../../api/command.js'

/** What is run, and its keys and arguments. */
function scriptArguments(name: string): readonly ArgumentDoc[] {
  return [
    { name, type: 'string' },
    { name: 'numkeys', type: 'integer' },
    { name: 'key', type: 'key', keySpec: 0, optional: true, multiple: true },
    { name: 'arg', type: 'string', optional: true, multiple: true },
  ]
}

export const evalScript = {
  name: 'eval',
  arity: -3,
  flags: ['noscript', 'stale', 'skip_monitor', 'no_mandatory_keys', 'movablekeys'],
  group: 'scripting',
  since: '2.6.0',
  summary: 'Execute a Lua script server side',
  complexity: 'Depends on the script that is executed.',
  categories: ['@slow', '@scripting'],
  tips: [],
  keys: [
    {
      first: 2,
      last: 0,
      step: 1,
      counted: true,
      flags: ['RW', 'access', 'update'],
      notes: 'We cannot tell how the keys will be used so we assume the worst, RW and UPDATE',
    },
  ],
  arguments: scriptArguments('script'),
  gather: 'refuse',
} as const satisfies CommandSpec

export const evalRo = {
  name: 'eval_ro',
  arity: -3,
  flags: ['readonly', 'noscript', 'stale', 'skip_monitor', 'no_mandatory_keys', 'movablekeys'],
  group: 'scripting',
  since: '7.0.0',
  summary: 'Execute a read-only Lua script server side',
  complexity: 'Depends on the script that is executed.',
  categories: ['@slow', '@scripting'],
  tips: [],
  keys: [
    {
      first: 2,
      last: 0,
      step: 1,
      counted: true,
      flags: ['RO', 'access'],
      notes: 'We cannot tell how the keys will be used so we assume the worst, RO and ACCESS',
    },
  ],
  arguments: scriptArguments('script'),
  gather: 'refuse',
} as const satisfies CommandSpec

export const evalSha = {
  name: 'evalsha',
  arity: -3,
  flags: ['noscript', 'stale', 'skip_monitor', 'no_mandatory_keys', 'movablekeys'],
  group: 'scripting',
  since: '2.6.0',
  summary: 'Execute a Lua script server side',
  complexity: 'Depends on the script that is executed.',
  categories: ['@slow', '@scripting'],
  tips: [],
  keys: [{ first: 2, last: 0, step: 1, counted: true, flags: ['RW', 'access', 'update'] }],
  arguments: scriptArguments('sha1'),
  gather: 'refuse',
} as const satisfies CommandSpec

export const evalShaRo = {
  name: 'evalsha_ro',
  arity: -3,
  flags: ['readonly', 'noscript', 'stale', 'skip_monitor', 'no_mandatory_keys', 'movablekeys'],
  group: 'scripting',
  since: '7.0.0',
  summary: 'Execute a read-only Lua script server side',
  complexity: 'Depends on the script that is executed.',
  categories: ['@slow', '@scripting'],
  tips: [],
  keys: [{ first: 2, last: 0, step: 1, counted: true, flags: ['RO', 'access'] }],
  arguments: scriptArguments('sha1'),
  gather: 'refuse',
} as const satisfies CommandSpec

export const fcall = {
  name: 'fcall',
  arity: -3,
  flags: ['noscript', 'stale', 'skip_monitor', 'no_mandatory_keys', 'movablekeys'],
  group: 'scripting',
  since: '7.0.0',
  summary: 'Invoke a function',
  complexity: 'Depends on the function that is executed.',
  categories: ['@slow', '@scripting'],
  tips: [],
  keys: [
    {
      first: 2,
      last: 0,
      step: 1,
      counted: true,
      flags: ['RW', 'access', 'update'],
      notes: 'We cannot tell how the keys will be used so we assume the worst, RW and UPDATE',
    },
  ],
  arguments: scriptArguments('function'),
  gather: 'refuse',
} as const satisfies CommandSpec

export const fcallRo = {
  name: 'fcall_ro',
  arity: -3,
  flags: ['readonly', 'noscript', 'stale', 'skip_monitor', 'no_mandatory_keys', 'movablekeys'],
  group: 'scripting',
  since: '7.0.0',
  summary: 'Invoke a read-only function',
  complexity: 'Depends on the function that is executed.',
  categories: ['@slow', '@scripting'],
  tips: [],
  keys: [
    {
      first: 2,
      last: 0,
      step: 1,
      counted: true,
      flags: ['RO', 'access'],
      notes: 'We cannot tell how the keys will be used so we assume the worst, RO and ACCESS',
    },
  ],
  arguments: scriptArguments('function'),
  gather: 'refuse',
} as const satisfies CommandSpec
