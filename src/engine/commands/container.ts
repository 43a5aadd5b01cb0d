// Commands with subcommands, as OBJECT and MEMORY: the container finds the subcommand by its second word.
// The router routes and counts by the subcommand's own spec; only the name in args[0] is the container's.

import { fitsArity } from '../../api/command.js'
import { unknownSubcommand, wrongArity } from '../../api/replies.js'
import { type Reply, status } from '../../api/reply.js'
import type { EngineCommand } from './command.js'

/** The container first, then its subcommands, for a family's list. */
export function withSubcommands(
  spec: Omit<EngineCommand, 'execute'>,
  subcommands: readonly EngineCommand[],
): readonly EngineCommand[] {
  const byWord = new Map(subcommands.map((each) => [each.name.slice(spec.name.length + 1), each]))
  const container: EngineCommand = {
    ...spec,
    execute(context, args) {
      const word = args[1] ?? ''
      const found = byWord.get(word.toLowerCase())
      if (found === undefined) return unknownSubcommand(spec.name, word)
      return fitsArity(found, args.length) ? found.execute(context, args) : wrongArity(found.name)
    },
  }
  return [container, ...subcommands]
}

/** The reply of `NAME HELP`. */
export function helpReply(name: string, lines: readonly string[]): Reply {
  const title = `${name.toUpperCase()} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`
  return [title, ...lines, 'HELP', '    Prints this help.'].map(status)
}
