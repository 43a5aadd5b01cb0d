// What a writer of a benchmark was answered, against what is there behind it.

import type { Redis } from 'ioredis'

/** Keys whose value is none that may be there, in words. Ends the connection. */
export async function lostWrites(
  redis: Redis,
  written: ReadonlyMap<string, number>,
  isKept: (found: number, answered: number) => boolean,
): Promise<readonly string[]> {
  const found = [...written]
  const values = await Promise.all(found.map(([key]) => redis.get(key)))
  redis.disconnect()
  return found.flatMap(([key, value], at) =>
    isKept(Number(values[at]), value) ? [] : [`${key}: ${values[at]} instead of ${value}`],
  )
}
