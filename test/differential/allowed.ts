// Every difference from redis-server 7.0.15 that stays, with its reason. At most 25, none of them a
// whole command. Anything else that differs is a fault.

import type { Difference } from './state.js'

export interface Allowed {
  readonly reason: string
  readonly allows: (difference: Difference) => boolean
  /** The two sides hold other data from there on: nothing behind it can be compared. */
  readonly parts?: true
}

const beyondEnd = new Set([
  '-ERR bit offset is not an integer or out of range\r\n',
  '-ERR string exceeds maximum allowed size (proto-max-bulk-len)\r\n',
  '-ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len\r\n',
])
/** Those of strings. */
const isEncoding = /^\$\d\r\n(int|embstr|raw)\r\n$/
const pastKeysMax = 3
/** What 7.2 tells of consumers beside what 7.0 does. */
const consumerField = /\$\d+\r\n(inactive|active-time)\r\n:-?\d+\r\n/g
function withoutTimes(text: string): string {
  return text
    .replace(/(\$\d+\r\n(?:idle|seen-time)\r\n):\d+/g, '$1')
    .replace(/[*%]\d+\r\n/g, '*')
    .replace(/:1[67]\d{11}\r\n/g, ':time')
}
/** Of XCLAIM, in milliseconds: a run that takes no longer may meet it. */
const leastIdle = /^[1-9]\d{0,4}$/
const timeNames = new Set(['ttl', 'pttl', 'expiretime', 'pexpiretime'])

const distanceReaders = new Set(['zrange', 'zscore', 'zmscore', 'zscan', 'zpopmin', 'zpopmax'])

/** Texts that are the same but for numbers with a fraction, which differ by less than any digit shows. */
function isLastBit(ours: string, theirs: string): boolean {
  const number = /^,?-?\d+\.\d+$/
  const [a, b] = [ours.split('\r\n'), theirs.split('\r\n')]
  return (
    a.length === b.length &&
    a.every((line, i) => {
      const other = b[i] as string
      if (line === other) return true
      // The length of a bulk string goes with its digits.
      if (line.startsWith('$') && other.startsWith('$')) return number.test(a[i + 1] ?? '')
      if (!number.test(line) || !number.test(other)) return false
      const [x, y] = [line, other].map((each) => Number(each.replace(',', ''))) as [number, number]
      return Math.abs(x - y) <= Math.abs(y) * 2 ** -51
    })
  )
}

export const allowed: readonly Allowed[] = [
  {
    reason: 'times beyond 2^53 milliseconds are kept as the greatest that is exact',
    allows: ({ name, ours, theirs }) =>
      timeNames.has(name) &&
      Number(ours.slice(1)) > 9_000_000_000_000 &&
      Number(theirs.slice(1)) > 9_000_000_000_000,
  },
  {
    reason: 'DBSIZE counts a key whose time was past when it was set until the next tick or cycle',
    allows: ({ name, ours, theirs }) =>
      name === 'dbsize' && Math.abs(Number(ours.slice(1)) - Number(theirs.slice(1))) <= pastKeysMax,
  },
  {
    reason: 'values end at bulk-max (src/README.md), not at 512 MB: offsets beyond are refused',
    allows: ({ ours, theirs }) => beyondEnd.has(ours) && theirs[0] !== '-',
  },
  {
    reason:
      'OBJECT ENCODING and REFCOUNT see the bytes of a string, not that APPEND or SETRANGE wrote it',
    allows: ({ name, ours, theirs }) =>
      (name === 'object|encoding' && isEncoding.test(ours) && isEncoding.test(theirs)) ||
      (name === 'object|refcount' && ours === ':2147483647\r\n' && theirs === ':1\r\n'),
  },
  {
    reason: 'small sets are listpacks as from Redis 7.2 on, hash tables in 7.0',
    allows: ({ name, ours, theirs }) =>
      name === 'object|encoding' &&
      ours === '$8\r\nlistpack\r\n' &&
      theirs === '$9\r\nhashtable\r\n',
  },
  {
    reason: 'XINFO tells when a consumer was active, as 7.2 does',
    allows: ({ name, ours, theirs }) =>
      name.startsWith('xinfo|') &&
      withoutTimes(ours.replace(consumerField, '')) === withoutTimes(theirs),
  },
  {
    reason:
      'XAUTOCLAIM with a COUNT that Redis finds no memory for: here it only bounds the answer',
    allows: ({ name, theirs }) =>
      name === 'xautoclaim' && theirs.startsWith('-ERR Insufficient memory'),
    parts: true,
  },
  {
    reason:
      'WATCH compares versions of slots: what changes consumer groups counts as a change of the key',
    allows: ({ name, ours, theirs, hadGroupsChanged }) =>
      name === 'exec' &&
      hadGroupsChanged === true &&
      /^(\*-1|_)\r\n$/.test(ours) &&
      theirs[0] === '*',
    parts: true,
  },
  {
    reason: 'how long an entry of a stream is idle hangs on how quick each side is',
    allows: ({ name, line }) =>
      (name === 'xautoclaim' || name === 'xclaim') && leastIdle.test(line[4] ?? ''),
    parts: true,
  },
  {
    reason: 'SORT turns a sorted set into a skiplist in Redis; here it leaves it as it is',
    allows: ({ name, ours, theirs }) =>
      name === 'object|encoding' &&
      ours === '$8\r\nlistpack\r\n' &&
      theirs === '$8\r\nskiplist\r\n',
  },
  {
    reason: 'a number out of range that an earlier command met makes a later SORT fail in Redis',
    allows: ({ name, ours, theirs }) =>
      (name === 'sort' || name === 'sort_ro') &&
      ours[0] !== '-' &&
      theirs === "-ERR One or more scores can't be converted into double\r\n",
    parts: true,
  },
  {
    reason:
      'the last bit of a distance that STOREDIST stored: sines are rounded once, by glibc nearly so',
    allows: ({ name, ours, theirs }) => distanceReaders.has(name) && isLastBit(ours, theirs),
  },
  {
    reason:
      'counters of a group that XGROUP SETID set near 2^63 end there, in Redis they turn negative',
    allows: ({ name, theirs }) => name.startsWith('xinfo|') && /:-922337203\d{10}/.test(theirs),
  },
  {
    reason: 'a message that a connection sends to itself follows the reply, as from Redis 7.2 on',
    allows: ({ name, ours, theirs }) => {
      const reply = /:\d+\r\n$/.exec(theirs)?.[0] ?? ''
      const isPublish = name === 'publish' || name === 'spublish'
      return isPublish && theirs.startsWith('>') && ours === reply + theirs.slice(0, -reply.length)
    },
  },
  {
    reason: 'MIGRATE is refused in MULTI and scripts: an entry cannot wait for another server',
    allows: ({ name, ours }) =>
      name === 'migrate' &&
      ['ERR Command not allowed inside a transaction', 'not allowed from script'].some((text) =>
        ours.includes(text),
      ),
  },
  {
    reason: 'LPOS with the least rank of 64 bits, whose opposite overflows in Redis, finds nothing',
    allows: ({ name, line }) =>
      name === 'lpos' && line.some((word) => word === '-9223372036854775808'),
  },
]

/** The entry that allows a difference, if any. */
export function allowanceFor(difference: Difference): Allowed | undefined {
  return allowed.find((each) => each.allows(difference))
}
