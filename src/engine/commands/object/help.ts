// OBJECT HELP.

import type { EngineCommand } from '../command.js'
import { helpReply } from '../container.js'

const reply = helpReply('object', [
  'ENCODING <key>',
  '    Return the kind of internal representation used in order to store the value',
  '    associated with a <key>.',
  'FREQ <key>',
  '    Return the access frequency index of the <key>. The returned integer is',
  '    proportional to the logarithm of the recent access frequency of the key.',
  'IDLETIME <key>',
  '    Return the idle time of the <key>, that is the approximated number of',
  '    seconds elapsed since the last access to the key.',
  'REFCOUNT <key>',
  '    Return the number of references of the value associated with the specified',
  '    <key>.',
])

export default {
  name: 'object|help',
  arity: 2,
  flags: ['loading', 'stale'],
  group: 'generic',
  since: '6.2.0',
  summary: 'Show helpful text about the different subcommands',
  complexity: 'O(1)',
  categories: ['@keyspace', '@slow'],
  tips: [],
  keys: [],
  arguments: [],
  gather: 'refuse',
  execute: () => reply,
} satisfies EngineCommand
