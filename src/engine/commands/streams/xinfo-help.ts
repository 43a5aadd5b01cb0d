// XINFO HELP.

import type { EngineCommand } from '../command.js'
import { helpReply } from '../container.js'

const reply = helpReply('xinfo', [
  'CONSUMERS <key> <groupname>',
  '    Show consumers of <groupname>.',
  'GROUPS <key>',
  '    Show the stream consumer groups.',
  'STREAM <key> [FULL [COUNT <count>]',
  '    Show information about the stream.',
])

export default {
  name: 'xinfo|help',
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
