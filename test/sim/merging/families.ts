// How unique elements are kept in keys of each type: the commands that add, take and read them, and what their
// replies say.

import type { Random } from '../../../src/base/random.js'

export type FamilyName = 'set' | 'hash' | 'zset' | 'list' | 'inserted' | 'stream'

export interface Added {
  readonly args: readonly string[]
  /** The elements as they stand in a list. */
  readonly order: readonly string[]
}

export interface Family {
  add(
    key: string,
    tokens: readonly string[],
    how: { readonly random: Random; readonly pivot: () => string },
  ): Added
  /** Takes one element, and answers how many; null where elements are not named. */
  remove(key: string, token: string): readonly string[] | null
  /** Takes some element. */
  pop(key: string, random: Random): readonly string[] | null
  /** What that took. */
  popped(reply: string): readonly string[]
  read(key: string): readonly string[]
  tokens(reply: string): readonly string[]
}

/** Everything in a reply that is an element. */
function all(reply: string): readonly string[] {
  return reply.match(/~[0-9]+/g) ?? []
}

function waitOf(random: Random): string {
  return random.pick(['0.01', '0.1', '0.4'])
}

const plain = { popped: all, tokens: all }

export const families: Readonly<Record<FamilyName, Family>> = {
  set: {
    ...plain,
    add: (key, tokens) => ({ args: ['SADD', key, ...tokens], order: [] }),
    remove: (key, token) => ['SREM', key, token],
    pop: (key) => ['SPOP', key],
    read: (key) => ['SMEMBERS', key],
  },
  hash: {
    ...plain,
    add: (key, tokens) => ({
      args: ['HSET', key, ...tokens.flatMap((token) => [token, 'v'])],
      order: [],
    }),
    remove: (key, token) => ['HDEL', key, token],
    pop: () => null,
    read: (key) => ['HKEYS', key],
  },
  zset: {
    ...plain,
    add: (key, tokens, { random }) => ({
      args: ['ZADD', key, ...tokens.flatMap((token) => [String(random.below(100)), token])],
      order: [],
    }),
    remove: (key, token) => ['ZREM', key, token],
    pop: (key, random) =>
      random.pick([
        ['ZPOPMIN', key],
        ['ZPOPMAX', key],
        ['BZPOPMIN', key, waitOf(random)],
      ]),
    read: (key) => ['ZRANGE', key, '0', '-1'],
  },
  list: {
    ...plain,
    add: (key, tokens, { random }) =>
      random.chance(1, 2)
        ? { args: ['RPUSH', key, ...tokens], order: tokens }
        : { args: ['LPUSH', key, ...tokens], order: [...tokens].reverse() },
    remove: (key, token) => ['LREM', key, '0', token],
    pop: (key, random) =>
      random.pick([
        ['LPOP', key],
        ['RPOP', key],
        ['BLPOP', key, waitOf(random)],
        ['BRPOP', key, waitOf(random)],
      ]),
    read: (key) => ['LRANGE', key, '0', '-1'],
  },
  inserted: {
    ...plain,
    add: (key, tokens, { random, pivot }) => {
      const [token] = tokens as [string]
      const side = random.pick(['BEFORE', 'AFTER'])
      if (tokens.length === 1 && random.chance(2, 3))
        return { args: ['LINSERT', key, side, pivot(), token], order: [] }
      return { args: ['RPUSH', key, ...tokens], order: tokens }
    },
    remove: (key, token) => ['LREM', key, '1', token],
    pop: (key, random) => [random.pick(['LPOP', 'RPOP']), key],
    read: (key) => ['LRANGE', key, '0', '-1'],
  },
  stream: {
    ...plain,
    add: (key, tokens) => ({ args: ['XADD', key, '*', 'f', tokens.join(' ')], order: [] }),
    remove: () => null,
    pop: () => null,
    read: (key) => ['XRANGE', key, '-', '+'],
  },
}
