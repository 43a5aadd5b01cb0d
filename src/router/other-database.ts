// Commands that reach beyond the keys that they name: a second database in the arguments may belong to
// another keyspace than the connection's, and so to another group; SORT makes keys from patterns.

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

/** Whether a command looks at keys whose names are known only when it is executed. */
export function derivesKeys(name: string, args: readonly string[]): boolean {
  if (name !== 'sort' && name !== 'sort_ro') return false
  for (let at = 2; at + 1 < args.length; at++) {
    const word = (args[at] as string).toUpperCase()
    if ((word === 'BY' || word === 'GET') && (args[++at] as string).includes('*')) return true
    if (word === 'LIMIT') at += 2
  }
  return false
}
