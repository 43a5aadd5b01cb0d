// On whose behalf a script runs. The leader of its group runs it, wherever the client is: what the user may
// do travels behind the arguments, and no call of the script is taken without asking it.

const mark = '\x01user:'

/** `rules` as ACL takes them, null for a user that may do everything. The same array where nothing is to say. */
export function withUser(args: readonly string[], rules: string | null): readonly string[] {
  // An argument that looks like ours must not be taken for it: then everything is said outright.
  const isLookalike = (args[args.length - 1] as string).startsWith(mark)
  return rules === null && !isLookalike ? args : [...args, mark + (rules ?? '')]
}

/** The arguments as the client gave them, and the rules; null for everything. */
export function splitUser(args: readonly string[]): {
  readonly args: readonly string[]
  readonly rules: string | null
} {
  const last = args[args.length - 1] as string
  if (!last.startsWith(mark)) return { args, rules: null }
  const rules = last.slice(mark.length)
  return { args: args.slice(0, -1), rules: rules === '' ? null : rules }
}
