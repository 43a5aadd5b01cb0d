// The option of FLUSHDB and FLUSHALL. Both modes are the same here: nothing blocks.

export function isFlushMode(args: readonly string[]): boolean {
  if (args.length === 1) return true
  const mode = (args[1] as string).toUpperCase()
  return args.length === 2 && (mode === 'ASYNC' || mode === 'SYNC')
}
