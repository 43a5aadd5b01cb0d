// Random steps of a crowd: messages, transactions and blocked pops of a few connections on a few keys
// and channels.

import type { Random } from '../../src/base/random.js'
import type { Step } from './crowd.js'
import type { Line } from './units.js'

const channels = ['news', 'nest', 'other', '', '__proto__']
const patterns = ['n*', 'ne?s', '*', '[no]*', '']
const keys = ['l', 'm', 'z']
const streams = ['x', 'y']

type Make = (random: Random) => Line

const channel: (random: Random) => string = (random) => random.pick(channels)
const key: (random: Random) => string = (random) => random.pick(keys)

const messages: readonly Make[] = [
  (r) => ['subscribe', channel(r)],
  (r) => ['subscribe', channel(r), channel(r), channel(r)],
  (r) => ['unsubscribe', channel(r)],
  () => ['unsubscribe'],
  (r) => ['psubscribe', r.pick(patterns)],
  (r) => ['punsubscribe', r.pick(patterns)],
  () => ['punsubscribe'],
  (r) => ['publish', channel(r), `message ${r.below(100)}`],
  (r) => ['publish', channel(r), `message ${r.below(100)}`],
  (r) => ['publish', channel(r), 'x', 'y'],
  (r) => ['ssubscribe', channel(r)],
  (r) => ['sunsubscribe', channel(r)],
  () => ['sunsubscribe'],
  (r) => ['spublish', channel(r), `message ${r.below(100)}`],
  (r) => ['pubsub', 'channels', ...(r.chance(1, 2) ? [r.pick(patterns)] : [])],
  (r) => ['pubsub', 'numsub', channel(r), channel(r)],
  () => ['pubsub', 'numpat'],
  (r) => ['pubsub', 'shardchannels', ...(r.chance(1, 2) ? [r.pick(patterns)] : [])],
  (r) => ['pubsub', 'shardnumsub', channel(r)],
  (r) => ['pubsub', r.pick(['nosuch', 'numsub', 'numpat']), ...(r.chance(1, 2) ? ['x'] : [])],
]
const session: readonly Make[] = [
  (r) => ['ping', ...(r.chance(1, 2) ? ['x'] : [])],
  (r) => ['get', key(r)],
  // Another database shares the slots' versions, which WATCH compares: it may abort there.
  () => ['select', '0'],
  () => ['reset'],
  (r) => ['hello', r.pick(['2', '3', '3'])],
  (r) => ['client', 'setname', r.pick(['one', 'two', 'a b'])],
  () => ['client', 'getname'],
  (r) => ['client', 'reply', r.pick(['on', 'x'])],
  (r) => ['client', 'no-evict', r.pick(['on', 'off', 'x'])],
  () => ['echo', 'x'],
]
const transactions: readonly Make[] = [
  () => ['multi'],
  () => ['multi'],
  () => ['exec'],
  () => ['exec'],
  () => ['discard'],
  (r) => ['watch', key(r), key(r)],
  () => ['unwatch'],
  (r) => ['set', r.pick(['s', 't']), `${r.below(9)}`],
  (r) => ['incr', r.pick(['s', 't'])],
]
const pushes: readonly Make[] = [
  (r) => [r.pick(['lpush', 'rpush']), key(r), ...values(r)],
  (r) => [r.pick(['lpush', 'rpush']), r.pick(['l', 'm']), ...values(r)],
  (r) => ['zadd', 'z', `${r.below(5)}`, `v${r.below(5)}`, '7', 'w'],
  (r) => ['del', key(r)],
  (r) => ['rename', key(r), key(r)],
  (r) => ['lmove', 'l', 'm', r.pick(['left', 'right']), r.pick(['left', 'right'])],
  (r) => ['copy', key(r), key(r), 'replace'],
  (r) => ['lpop', key(r)],
  () => ['zpopmin', 'z'],
  (r) => ['set', key(r), 'text'],
  (r) => ['xadd', r.pick(streams), `${r.below(4)}-*`, 'f', 'v'],
  (r) => ['xgroup', 'create', r.pick(streams), 'g', r.pick(['0', '$']), 'mkstream'],
  (r) => ['xgroup', 'destroy', r.pick(streams), 'g'],
]
const blocked: readonly Make[] = [
  (r) => [r.pick(['blpop', 'brpop']), key(r), '0'],
  (r) => [r.pick(['blpop', 'brpop']), key(r), key(r), '0'],
  (r) => ['blmove', key(r), key(r), r.pick(['left', 'right']), r.pick(['left', 'right']), '0'],
  (r) => ['brpoplpush', key(r), key(r), '0'],
  (r) => ['blmpop', '0', '2', key(r), key(r), r.pick(['left', 'right']), 'count', '2'],
  (r) => [r.pick(['bzpopmin', 'bzpopmax']), 'z', key(r), '0'],
  (r) => ['bzmpop', '0', '1', 'z', r.pick(['min', 'max'])],
]

function values(random: Random): string[] {
  return Array.from({ length: random.between(1, 3) }, () => `e${random.below(10)}`)
}

export interface Themes {
  readonly messages: boolean
  readonly blocked: boolean
}

/** One step of a connection that is not blocked. */
export function drawStep(
  random: Random,
  free: readonly number[],
  all: number,
  themes: Themes,
): Step {
  const who = random.pick(free)
  if (themes.blocked && free.length < all && random.chance(1, 8)) {
    const other = random.chance(4, 5) ? who ^ 1 : who
    const how = random.pick([[], ['timeout'], ['error'], ['x']])
    return { who, line: ['client', 'unblock', `{id${other}}`, ...how] }
  }
  const kinds: (readonly Make[])[] = [session, transactions]
  if (themes.messages) kinds.push(messages, messages)
  if (themes.blocked) kinds.push(pushes, pushes, free.length > 1 ? blocked : pushes)
  return { who, line: random.pick(random.pick(kinds))(random) }
}
