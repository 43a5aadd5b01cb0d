// What a command of the router is: the declarative spec and the function that runs it. One command,
// or one container with its subcommands, is one file of `commands/`.

import type { TableCommand } from './table.js'
import type { Run } from './state.js'

export type RouterCommand = TableCommand<Run>

/** Spec fields of a command without keys, tips and documented arguments. */
export const plain = {
  complexity: 'O(1)',
  tips: [],
  keys: [],
  arguments: [],
  gather: 'refuse',
} as const

/** Categories and group of connection commands. */
export const connection = {
  ...plain,
  group: 'connection',
  categories: ['@fast', '@connection'],
} as const

/** Flags of what works before the data is loaded and while it is stale. */
export const always = ['noscript', 'loading', 'stale'] as const
