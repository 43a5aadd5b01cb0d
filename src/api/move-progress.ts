// How far a batch of slots is on its way to another shard group.

/** Of its copies, as the member knows that drives it. */
export interface MoveProgress {
  /** The one that is copied. */
  readonly slot: number
  readonly keys: number
  readonly keysTotal: number
  /** Arrived, of about so many. */
  readonly bytes: number
  readonly bytesTotal: number
}

export function describeProgress(of: MoveProgress): string {
  const { slot, keys, keysTotal, bytes, bytesTotal } = of
  const [done, total] = [megabytes(bytes), megabytes(bytesTotal)]
  return `${keys} of ${keysTotal} keys copied, ${done} of about ${total} MB, at slot ${slot}`
}

function megabytes(bytes: number): string {
  return (bytes / (1024 * 1024)).toFixed(1)
}
