// What two writes at the same time come to: a table of the rules that users are told.

import test from 'ava'
import { stampAt } from '../../src/log/stamps.js'
import { Cluster, type Entry, Replica, show, start } from './merge-world.js'

interface Rule {
  readonly title: string
  /** What both have seen. */
  readonly before: string
  /** By one member, then, with a greater stamp, by another that has not seen it. */
  readonly earlier: string
  readonly later: string
  readonly sees: string
}

const rules: readonly Rule[] = [
  {
    title: 'two texts: the later',
    before: '',
    earlier: 'set k a',
    later: 'set k b',
    sees: 'k string -1 "b"',
  },
  {
    title: 'an increment beside a text: is added to it',
    before: 'set k 1',
    earlier: 'set k 10',
    later: 'incrby k 5',
    sees: 'k string -1 "15"',
  },
  {
    title: 'an increment before a text that has not seen it: is added to it, too',
    before: 'set k 1',
    earlier: 'incrby k 5',
    later: 'set k 10',
    sees: 'k string -1 "15"',
  },
  {
    title: 'an increment beside a text that is no number: is lost',
    before: 'set k 1',
    earlier: 'incrby k 5',
    later: 'set k x',
    sees: 'k string -1 "x"',
  },
  {
    title: 'two increments: both',
    before: '',
    earlier: 'incrby k 5',
    later: 'decr k',
    sees: 'k string -1 "4"',
  },
  {
    title: 'whole numbers and others: both',
    before: 'set k 1',
    earlier: 'incrbyfloat k 0.5',
    later: 'incr k',
    sees: 'k string -1 "2.5"',
  },
  {
    title: 'an increment beside a removal: is what is left',
    before: 'set k 7',
    earlier: 'incr k',
    later: 'del k',
    sees: 'k string -1 "1"',
  },
  {
    title: 'a removal beside a text: the text',
    before: 'set k 7',
    earlier: 'set k 8',
    later: 'del k',
    sees: 'k string -1 "8"',
  },
  {
    title: 'a member that is added again beside its removal: stays',
    before: 'sadd k a',
    earlier: 'sadd k a',
    later: 'srem k a',
    sees: 'k set -1 {"type":"set","items":["a"]}',
  },
  {
    title: 'a score that is given again beside a removal: stays',
    before: 'zadd k 1 a',
    earlier: 'zadd k 1 a',
    later: 'zrem k a',
    sees: 'k zset -1 {"type":"pairs","items":["a",{"type":"double","value":1}]}',
  },
  {
    title: 'a field that is set beside its removal: stays',
    before: 'hset k f 1',
    earlier: 'hset k f 1',
    later: 'hdel k f',
    sees: 'k hash -1 {"type":"map","pairs":["f","1"]}',
  },
  {
    title: 'a field that grows beside its removal: what it grew by',
    before: 'hset k f 7',
    earlier: 'hincrby k f 2',
    later: 'hdel k f',
    sees: 'k hash -1 {"type":"map","pairs":["f","2"]}',
  },
  {
    title: 'a member beside the removal of the key: is what is left',
    before: 'sadd k a b',
    earlier: 'sadd k c',
    later: 'del k',
    sees: 'k set -1 {"type":"set","items":["c"]}',
  },
  {
    title: 'a member of a set that is there beside a text: the text, though it is earlier',
    before: 'sadd k a',
    earlier: 'set k v',
    later: 'sadd k b',
    sees: 'k string -1 "v"',
  },
  {
    title: 'a set that is made beside a text: the later, here the set',
    before: '',
    earlier: 'set k v',
    later: 'sadd k b',
    sees: 'k set -1 {"type":"set","items":["b"]}',
  },
  {
    title: 'a text beside a set that is made: the later, here the text',
    before: '',
    earlier: 'sadd k b',
    later: 'set k v',
    sees: 'k string -1 "v"',
  },
  {
    title: 'a list that is made beside a hash that is: the later',
    before: '',
    earlier: 'hset k f 1',
    later: 'rpush k a',
    sees: 'k list -1 ["a"]',
  },
  {
    title: 'two sets that are stored: the later',
    before: 'sadd o x;sadd p y',
    earlier: 'sunionstore k o',
    later: 'sunionstore k p',
    sees: 'k set -1 {"type":"set","items":["y"]}',
  },
  {
    title: 'a member beside a set that is stored: both',
    before: 'sadd k a;sadd o x',
    earlier: 'sadd k b',
    later: 'sunionstore k o',
    sees: 'k set -1 {"type":"set","items":["b","x"]}',
  },
  {
    title: 'pushes at both ends of a list: all, each push together',
    before: 'rpush k m',
    earlier: 'rpush k a b',
    later: 'rpush k c d',
    sees: 'k list -1 ["m","a","b","c","d"]',
  },
  {
    title: 'pushes at the left: the later first',
    before: 'rpush k m',
    earlier: 'lpush k a b',
    later: 'lpush k c d',
    sees: 'k list -1 ["d","c","b","a","m"]',
  },
  {
    title: 'two pops of one element: it goes once',
    before: 'rpush k a b c',
    earlier: 'lpop k',
    later: 'lpop k',
    sees: 'k list -1 ["b","c"]',
  },
  {
    title: 'an element that is set beside its pop: stays',
    before: 'rpush k a b',
    earlier: 'lset k 0 x',
    later: 'lpop k',
    sees: 'k list -1 ["x","b"]',
  },
  {
    title: 'elements behind one that is popped: stay where it was',
    before: 'rpush k a b',
    earlier: 'linsert k after a x',
    later: 'lpop k',
    sees: 'k list -1 ["x","b"]',
  },
  {
    title: 'a time beside a text: the later, here the time',
    before: 'set k a',
    earlier: 'set k b',
    later: 'expireat k 1900000000',
    sees: 'k string 1900000000000 "b"',
  },
  {
    title: 'a text beside a time: the later, here no time',
    before: 'set k a',
    earlier: 'expireat k 1900000000',
    later: 'set k b',
    sees: 'k string -1 "b"',
  },
  {
    title: 'a text that keeps the time beside a time: both',
    before: 'set k a',
    earlier: 'expireat k 1900000000',
    later: 'append k b',
    sees: 'k string 1900000000000 "ab"',
  },
  {
    title: 'two times: the later',
    before: 'set k a',
    earlier: 'expireat k 1900000002',
    later: 'expireat k 1900000001',
    sees: 'k string 1900000001000 "a"',
  },
  {
    title: 'a key that is flushed beside a write: the write',
    before: 'set k a;set o b',
    earlier: 'set k c',
    later: 'flushall',
    sees: 'k string -1 "c"',
  },
]

const keys = ['k', 'o', 'p']

/** The order of members is each replica's own. */
const inOrder = (shown: string): string => shown.replaceAll('"x","b"]}', '"b","x"]}')

for (const { title, before, earlier, later, sees } of rules) {
  test(`merging: ${title}`, (t) => {
    const lines = (text: string): readonly (readonly string[])[] =>
      text.split(';').map((line) => line.split(' '))
    for (const settles of [false, true]) {
      const cluster = new Cluster(3)
      if (before !== '') cluster.write(2, start, ...lines(before))
      cluster.heal(start, settles ? 3 : 0)

      cluster.write(0, start + 10, ...lines(earlier))
      cluster.write(1, start + 20, ...lines(later))
      cluster.heal(start + 30, settles ? 3 : 0)

      for (const replica of cluster.replicas) {
        t.is(inOrder(show(replica, ['k'])), sees)
        // A set that outlived its removal is known to be one without a creation.
        t.true(replica.merging.unstableKeys <= (settles ? 1 : 3))
        t.is(inOrder(show(replica, keys)), inOrder(show(cluster.replica(0), keys)))
      }
    }
  })
}

test('merging: automatic ids of streams: are not below the stamp, whatever the clock says', (t) => {
  const replica = new Replica(3)
  const ms = start + 60_000
  replica.engine.beginEntry(start, 1, 1)
  replica.merging.prepare(stampAt(ms, 3), ms)

  const id = replica.engine.execute(0, ['xadd', 's', '*', 'f', 'v'])
  t.is(String(id), `${ms}-3`)
})

test('merging: increments of one entry that end at the bounds of 64 bits: count as one, whenever they come', (t) => {
  const [one, two] = [new Replica(0), new Replica(1)] as [Replica, Replica]
  one.merge(two.write(start, ['set', 'n', '1']) as Entry)
  const first = one.write(start + 10, ['del', 'n'], ['incrby', 'n', '-9007199254740991']) as Entry
  const big = two.write(
    start + 20,
    ['incrby', 'n', '-9223372036854775808'],
    ['incrby', 'n', '5'],
  ) as Entry
  const last = one.write(start + 30, ['incrby', 'n', '-3']) as Entry

  for (const entry of [first, last]) two.merge(entry)
  one.merge(big)

  t.is(show(one, ['n']), 'n string -1 "-9223372036854775808"')
  t.is(show(two, ['n']), show(one, ['n']))
})

test('merging: a stream with as many entries added as 64 bits hold: is merged, and shows the same everywhere', (t) => {
  const [a, b] = [new Replica(0), new Replica(1)]
  const most = '9223372036854775807'
  const top = '18446744073709551615-18446744073709551614'
  for (const line of [
    ['xadd', 's', '1-1', 'f', 'v'],
    ['xsetid', 's', top, 'ENTRIESADDED', most],
    ['xadd', 's', '18446744073709551615-18446744073709551615', 'f', 'w'],
  ]) {
    const entry = a.write(start, line)
    if (entry === null) t.fail(JSON.stringify(a.ask(start, line)))
    else b.merge(entry)
  }

  const [first, second] = [a, b].map((each) => each.ask(start + 1, ['xinfo|stream', 'stream', 's']))
  t.deepEqual(second, first)
  t.regex(JSON.stringify(first), /9007199254740991/)
})

test('merging: the lag of a group where several members added entries at once: what it has to read', (t) => {
  const [a, b] = [new Replica(0), new Replica(1)]
  const write = (of: Replica, ...lines: string[]): Entry => {
    const entry = of.write(start, ...lines.map((line) => line.split(' ')))
    if (entry === null) throw new Error('nothing was written')
    return entry
  }
  b.merge(write(a, 'xadd s 1-1 f v', 'xgroup|create create s g 0'))
  const mine = Array.from({ length: 700 }, (_, i) => `xadd s 2-${i + 1} f v`)
  const first = write(a, ...mine, 'xreadgroup group g c count 1 streams s >')
  const second = write(b, 'xadd s 3-1 f v', 'xadd s 3-2 f v')
  b.merge(first)
  a.merge(second)
  const lag = (of: Replica): string =>
    JSON.stringify(of.ask(start, ['xinfo|groups', 'groups', 's']))

  t.regex(lag(a), /"lag",702\b/)
  t.is(lag(b), lag(a))
  a.merge(write(b, 'xreadgroup group g c count 701 streams s >'))
  t.regex(lag(a), /"lag",1\b/)
  a.merge(write(b, 'xreadgroup group g c streams s >'))
  t.regex(lag(a), /"lag",0\b/)
  t.is(lag(b), lag(a))
})
