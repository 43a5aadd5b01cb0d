// XGROUP HELP.

import type { EngineCommand } from '../command.js'
import { helpReply } from '../container.js'

const reply = helpReply('xgroup', [
  'CREATE <key> <groupname> <id|$> [option]',
  '    Create a new consumer group. Options are:',
  '    * MKSTREAM',
  '      Create the empty stream if it does not exist.',
  '    * ENTRIESREAD entries_read',
  "      Set the group's entries_read counter (internal use).",
  'CREATECONSUMER <key> <groupname> <consumer>',
  '    Create a new consumer in the specified group.',
  'DELCONSUMER <key> <groupname> <consumer>',
  '    Remove the specified consumer.',
  'DESTROY <key> <groupname>',
  '    Remove the specified group.',
  'SETID <key> <groupname> <id|$> [ENTRIESREAD entries_read]',
  '    Set the current group ID and entries_read counter.',
])

export default {
  name: 'xgroup|help',
  arity: 2,
  flags: ['loading', 'stale'],
  group: 'stream',
  since: '5.0.0',
  summary: 'Show helpful text about the different subcommands',
  complexity: 'O(1)',
  categories: ['@stream', '@slow'],
  tips: [],
  keys: [],
  arguments: [],
  gather: 'refuse',
  execute: () => reply,
} satisfies EngineCommand
