// Flags for the node process of a member. V8 reads them once, at its start: they cannot be set from within.
// A member is one thread's work, and so is its collector's: members of one machine begin full collections
// at about the same time, and with node's four threads each the main threads wait for a processor (430 ms
// measured at 5 million keys on two cores). One thread, and marking in steps on the main thread, waits less.
// A bound of the young generation: a pause grows with what survives in it, and nearly all that a store is
// given survives, so 8 MB: one hash of 5 million fields grows with pauses of 25 ms, 54 at node's own 16 MB, and
// SETs cost the same. Its collection on one thread: to wait for the other one, which may have no processor,
// took up to 97 ms. No marking in tasks: they want a heap of any size marked within half a second, each 64 KB
// allocated then owes up to 5 ms, and turns of 20 ms take 135 at 5 million fields.
// No collection only to give memory back: it moves more than others do and pauses longer.
// The member asks for young collections itself where they take long, or many buffers came: `host/young`. They give
// buffers back at once: by a thread of its own every second one did not, until V8 marked the whole heap for them.
// What lives long grows by half at most before it is collected: V8 would let it grow to four times of what is alive,
// and a key have more memory for what is gone than for itself.
// Where nothing is kept on disk, somebody asks for speed: 64 MB take a quarter off the processor time of a
// pipelined SET, and more threads share the longer pauses.

const growth = '--heap-growing-percent=50'
const steadyFlags = [
  '--max-semi-space-size=8',
  '--v8-pool-size=1',
  '--no-concurrent-marking',
  '--no-incremental-marking-task',
  '--no-parallel-scavenge',
  '--no-memory-reducer',
  '--expose-gc',
  '--no-concurrent-array-buffer-sweeping',
  growth,
]
const fastFlags = ['--max-semi-space-size=64', growth]

/** `given` and what members need beside it; whoever gave a flag, or its opposite, keeps it. */
export function withMemberFlags(
  given: readonly string[],
  durability: string | undefined = undefined,
  more: readonly string[] = [],
): readonly string[] {
  const options = `${given.join(' ')} ${process.env['NODE_OPTIONS'] ?? ''}`.replaceAll('_', '-')
  const wanted = [...(durability === 'none' ? fastFlags : steadyFlags), ...more]
  return [...given, ...wanted.filter((flag) => !options.includes(nameOf(flag)))]
}

function nameOf(flag: string): string {
  return flag.replace(/^--(no-)?/, '').replace(/=.*/, '')
}
