// EXEC and WATCH on their way from the router to a group: one call each, whose arguments hold everything
// that the transaction needs at apply. The router makes them, the shard takes them apart; clients
// cannot send them, because the router's own commands of the same names come first.

/** A key that was watched, with the version that its slot had then. */
export interface WatchedKey {
  readonly db: number
  readonly key: string
  readonly version: number
}

/** A command of a transaction; args[0] is the lower-case name. */
export interface TransactionCall {
  readonly db: number
  readonly args: readonly string[]
}

export interface TransactionCalls {
  readonly watched: readonly WatchedKey[]
  readonly calls: readonly TransactionCall[]
}

export const execName = 'exec'
/** Its arguments are keys of the call's database; the reply is the version of each key's slot. */
export const watchName = 'watch'

/** `exec`, then number of watched keys, three arguments for each; per command database, count and arguments. */
export function encodeTransaction({ watched, calls }: TransactionCalls): string[] {
  const made = [execName, String(watched.length)]
  for (const { db, key, version } of watched) made.push(String(db), String(version), key)
  for (const { db, args } of calls) {
    made.push(String(db), String(args.length))
    for (const arg of args) made.push(arg)
  }
  return made
}

/** Null where the arguments are no transaction. */
export function decodeTransaction(args: readonly string[]): TransactionCalls | null {
  const watchedCount = numberAt(args, 1)
  if (watchedCount === null || watchedCount * 3 + 2 > args.length) return null
  const watched: WatchedKey[] = []
  let at = 2
  for (let i = 0; i < watchedCount; i++, at += 3) {
    const db = numberAt(args, at)
    const version = numberAt(args, at + 1)
    if (db === null || version === null) return null
    watched.push({ db, key: args[at + 2] as string, version })
  }
  const calls: TransactionCall[] = []
  while (at < args.length) {
    const db = numberAt(args, at)
    const count = numberAt(args, at + 1)
    if (db === null || count === null || count < 1 || at + 2 + count > args.length) return null
    calls.push({ db, args: args.slice(at + 2, at + 2 + count) })
    at += 2 + count
  }
  return { watched, calls }
}

function numberAt(args: readonly string[], at: number): number | null {
  const text = args[at]
  if (text === undefined || text === '') return null
  const value = Number(text)
  return Number.isSafeInteger(value) && value >= 0 ? value : null
}
