// Flags for the node process of a member. The collector's young generation: a pause grows with what
// survives in it, and nearly all that a store is given survives. With 100 SETs a turn over 500,000 keys
// the longest turn took 28 ms of processor time at node's own bound of 16 MB, 10 ms at 4 MB; the sum
// over all turns was the same. V8 reads this once, at its start: it cannot be set from within.

const semiSpace = '--max-semi-space-size'

/** `given` and what members need beside it; whoever gave a flag keeps it. */
export function withMemberFlags(given: readonly string[]): readonly string[] {
  const options = `${given.join(' ')} ${process.env['NODE_OPTIONS'] ?? ''}`
  const isGiven = /--max[-_]semi[-_]space[-_]size/.test(options)
  return isGiven ? given : [...given, `${semiSpace}=4`]
}
