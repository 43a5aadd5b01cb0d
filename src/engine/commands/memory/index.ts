// MEMORY as far as the engine answers it; the router has the other subcommands.

import type { EngineCommand } from '../command.js'
import { withSubcommands } from '../container.js'
import usage from './usage.js'

export const memoryCommands: readonly EngineCommand[] = withSubcommands(
  {
    name: 'memory',
    arity: -2,
    flags: [],
    group: 'server',
    since: '4.0.0',
    summary: 'A container for memory diagnostics commands',
    complexity: 'Depends on subcommand.',
    categories: ['@slow'],
    tips: [],
    keys: [],
    arguments: [],
    gather: 'refuse',
  },
  [usage],
)
