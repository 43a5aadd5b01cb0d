// What a simulated client sends: one request is its RESP arguments and what to do with the reply.

export interface Request {
  readonly args: readonly string[]
  /** The reply in canonical form. Not called where the outcome stays unknown. */
  readonly told: (reply: string) => void
  /** Whether it is an operation on data (counts as one), not ECHO or PING. */
  readonly data: boolean
}

/** Who sends a request. */
export interface Sender {
  /** Index of the member that it is sent to. */
  readonly member: number
  /** The connection's memory of its latest operation by key. */
  readonly last: Map<string, number>
}

/** Whatever it answers does not count. */
export function sure(args: readonly string[]): Request {
  return { args, data: false, told: () => undefined }
}

/** A transaction: EXEC's reply is what counts. */
export function multi(
  lines: readonly (readonly string[])[],
  told: (reply: string) => void,
): readonly Request[] {
  return [sure(['MULTI']), ...lines.map(sure), { args: ['EXEC'], data: true, told }]
}
