// Flags for the node process of a member: the bound of the collector's young generation. A pause grows
// with what survives in it, and nearly all that a store is given survives, so 16 MB (node's own bound)
// unless nothing is kept on disk: who asks for speed gets 64 MB, which takes a quarter off the processor
// time of a pipelined SET. V8 reads this once, at its start: it cannot be set from within.

const semiSpace = '--max-semi-space-size'
const steadyMegabytes = 16
const fastMegabytes = 64

/** `given` and what members need beside it; whoever gave a flag keeps it. */
export function withMemberFlags(
  given: readonly string[],
  durability: string | undefined = undefined,
): readonly string[] {
  const options = `${given.join(' ')} ${process.env['NODE_OPTIONS'] ?? ''}`
  const isGiven = /--max[-_]semi[-_]space[-_]size/.test(options)
  const megabytes = durability === 'none' ? fastMegabytes : steadyMegabytes
  return isGiven ? given : [...given, `${semiSpace}=${megabytes}`]
}
