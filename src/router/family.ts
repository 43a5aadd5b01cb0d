// Puts a container together: its spec, the specs of its subcommands and the functions that run them.

import type { CommandSpec } from '../api/command.js'
import { status } from '../api/reply.js'
import type { RouterCommand } from './command.js'
import type { Run } from './state.js'

/** How a subcommand runs: `group` for one that a group runs; with `barrier` once all earlier commands of the connection are answered. */
export type Runner = Run | { readonly run: Run; readonly barrier: true } | 'group'

/** Every spec has a runner by its name in `specs`: `lines` answer HELP. */
export function family<Specs extends Readonly<Record<string, CommandSpec>>>(
  container: CommandSpec,
  specs: Specs,
  options: {
    readonly lines: readonly string[]
    readonly runs: Readonly<Record<Exclude<keyof Specs, 'help'>, Runner>>
    /** Of versions of Redis later than 7.0, and our own. */
    readonly more?: readonly RouterCommand[]
  },
): RouterCommand {
  const help = helpReply(container.name, options.lines)
  const runs: Readonly<Record<string, Runner>> = options.runs
  const subcommands: RouterCommand[] = []
  for (const [word, spec] of Object.entries<CommandSpec>(specs)) {
    const runner = word === 'help' ? () => help : runs[word]
    if (runner === 'group') subcommands.push(spec)
    else if (typeof runner === 'object') subcommands.push({ ...spec, ...runner })
    else if (runner !== undefined) subcommands.push({ ...spec, run: runner })
  }
  return { ...container, subcommands: [...subcommands, ...(options.more ?? [])] }
}

/** The reply of `NAME HELP`. */
export function helpReply(name: string, lines: readonly string[]): ReturnType<typeof status>[] {
  const title = `${name.toUpperCase()} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`
  return [title, ...lines, 'HELP', '    Prints this help.'].map(status)
}
