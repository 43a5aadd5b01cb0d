// OBJECT and its subcommands.

import type { EngineCommand } from '../command.js'
import { withSubcommands } from '../container.js'
import encoding from './encoding.js'
import freq from './freq.js'
import help from './help.js'
import idletime from './idletime.js'
import refcount from './refcount.js'

export const objectCommands: readonly EngineCommand[] = withSubcommands(
  {
    name: 'object',
    arity: -2,
    flags: [],
    group: 'generic',
    since: '2.2.3',
    summary: 'A container for object introspection commands',
    complexity: 'Depends on subcommand.',
    categories: ['@slow'],
    tips: [],
    keys: [],
    arguments: [],
    gather: 'refuse',
  },
  [encoding, freq, help, idletime, refcount],
)
