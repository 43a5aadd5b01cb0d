// Commands that groups say to themselves: no client can send their names, and nobody is told of them.

import type { CommandSpec } from './command.js'

type Said = Pick<CommandSpec, 'name' | 'flags'> &
  Partial<Pick<CommandSpec, 'arity' | 'group' | 'gather'>>

/** With as many arguments as there are, refused over several groups, where nothing else is said. */
export function internalSpec(said: Said): CommandSpec {
  return {
    arity: -1,
    group: 'generic',
    since: '',
    summary: '',
    complexity: '',
    categories: [],
    tips: [],
    keys: [],
    arguments: [],
    gather: 'refuse',
    ...said,
  }
}
