// The categories of commands, in the order in which Redis lists them, and what the rules need to know
// of commands.

export const categories = [
  'keyspace',
  'read',
  'write',
  'set',
  'sortedset',
  'list',
  'hash',
  'string',
  'bitmap',
  'hyperloglog',
  'geo',
  'stream',
  'pubsub',
  'admin',
  'fast',
  'slow',
  'blocking',
  'dangerous',
  'connection',
  'transaction',
  'scripting',
] as const

/** A command or subcommand as rules see it. */
export interface AclCommand {
  /** In full, as `config|get`. */
  readonly name: string
  readonly spec: { readonly categories: readonly string[] }
  readonly subcommands: ReadonlyMap<string, AclCommand> | null
}

/** All commands, containers before their subcommands; `findFull` takes any case. */
export interface AclCatalog {
  all(): Iterable<AclCommand>
  findFull(name: string): AclCommand | undefined
}

/** Whether a command is in a category, whose name has no at sign. */
export function isIn(command: AclCommand, category: string): boolean {
  return command.spec.categories.includes(`@${category}`)
}

export function isCategory(name: string): boolean {
  return categories.some((category) => category === name)
}
