// Assertions that stay on in production. Every floor uses them at its borders and on every state
// change of a strategy: a broken assertion stops the process and the member recovers from disk.

/** Thrown by `assert`: our own mistake, never an operating condition. Only the host catches it, to stop. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError'
}

/** Stops the process's work when `condition` does not hold. `sentence` says what was expected. */
export function assert(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new AssertionError(sentence)
}

/** Ends a `switch` over a union: the compiler refuses it when a case is missing. */
export function never(value: never, sentence: string): never {
  throw new AssertionError(`${sentence}: ${String(value)}`)
}
