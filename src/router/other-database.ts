// Commands that name a second database in their arguments: it may belong to another keyspace than the
// connection's, and so to another group.

/** Whether a command may name one beside its key. */
export function namesDatabase(name: string): boolean {
  return name === 'copy' || name === 'move'
}

/** The database that a command names and the key it writes there; null where it names none. */
export function otherDatabase(
  name: string,
  args: readonly string[],
): { readonly db: number; readonly key: string } | null {
  if (name === 'move') return { db: Number(args[2]), key: args[1] as string }
  if (name !== 'copy') return null
  // As in Redis an option may come twice, and the last one counts.
  let db: string | null = null
  for (let at = 3; at + 1 < args.length; at++) {
    if ((args[at] as string).toLowerCase() === 'db') db = args[++at] as string
  }
  return db === null ? null : { db: Number(db), key: args[2] as string }
}
