// What a command of the router is: the declarative spec and the function that runs it. One command,
// or one container with its subcommands, is one file of `commands/`.

import { status } from '../api/reply.js'
import type { Run } from './state.js'
import type { TableCommand } from './table.js'

export type RouterCommand = TableCommand<Run>

/** Spec fields of a command without keys, tips and documented arguments. */
export const plain = {
  complexity: 'O(1)',
  tips: [],
  keys: [],
  arguments: [],
  gather: 'refuse',
} as const

/** Categories and group of quick connection commands. */
export const connection = {
  ...plain,
  group: 'connection',
  categories: ['@fast', '@connection'],
} as const

/** Flags of what works before the data is loaded and while it is stale. */
export const always = ['noscript', 'loading', 'stale'] as const

/** Commands of the operator. */
export const admin = {
  ...plain,
  group: 'server',
  flags: ['admin', 'noscript', 'loading', 'stale'],
  categories: ['@admin', '@slow', '@dangerous'],
} as const

/** A container: it has no action of its own, `summary` says what its subcommands are about. */
export const container = {
  ...plain,
  arity: -2,
  flags: [],
  categories: ['@slow'],
} as const

/** `NAME HELP`: one line for each of `lines`. */
export function helpOf(
  name: string,
  options: { readonly since: string; readonly group: string; readonly lines: readonly string[] },
): RouterCommand {
  const title = `${name.toUpperCase()} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`
  const reply = [title, ...options.lines, 'HELP', '    Prints this help.'].map(status)
  return {
    ...plain,
    name: `${name}|help`,
    arity: 2,
    flags: ['loading', 'stale'],
    group: options.group,
    categories: options.group === 'connection' ? ['@slow', '@connection'] : ['@slow'],
    since: options.since,
    summary: 'Show helpful text about the different subcommands',
    run: () => reply,
  }
}
