// The commands on counters and registers, and their replies as values.

export function numberOf(reply: string): number | null {
  return /^[$:]-?[0-9.]+$/.test(reply) ? Number(reply.slice(1)) : null
}

export function textOf(reply: string): string | null {
  return reply.startsWith('$') ? reply.slice(1) : null
}

/** Counters are whole keys, fields and scores: by their names. */
export function addOf(key: string, by: number): readonly string[] {
  if (key.includes('field')) return ['HINCRBY', key, 'f', String(by)]
  if (key.includes('score')) return ['ZINCRBY', key, String(by), 'm']
  return ['INCRBY', key, String(by)]
}

export function readOf(key: string): readonly string[] {
  if (key.includes('field')) return ['HGET', key, 'f']
  return key.includes('score') ? ['ZSCORE', key, 'm'] : ['GET', key]
}

/** And which item of EXEC's reply is what it took. */
export function resetOf(
  key: string,
  isWhole: boolean,
): readonly [readonly (readonly string[])[], number] {
  const read = readOf(key)
  if (isWhole) return [[read, ['DEL', key]], 1]
  if (key.includes('field')) return [[read, ['HSET', key, 'f', '0']], 1]
  if (key.includes('score')) return [[read, ['ZADD', key, '0', 'm']], 1]
  return [[['SET', key, '0', 'GET']], 1]
}
