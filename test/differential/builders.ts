// Units that make one value large at once, so that the limits between Redis' encodings are passed:
// 128 entries or 64 bytes for listpacks, 512 integers for intsets, 8 KB for a node of a list.

import type { Random } from '../../src/base/random.js'
import { key, lexKeys } from './pools.js'
import { members } from './values.js'

type Build = (random: Random) => readonly (readonly string[])[]

const sizes = [5, 100, 127, 128, 129, 200]

function items(random: Random, make: (i: number) => readonly string[]): string[] {
  const size = random.pick(sizes)
  return Array.from({ length: size }, (_, i) => make(i)).flat()
}

const hash: Build = (random) => [
  ['hset', key(random, 'hash'), ...items(random, (i) => [`f${i}`, `${i}`])],
]
const list: Build = (random) => [
  [
    random.pick(['rpush', 'lpush']),
    key(random, 'list'),
    ...items(random, (i) => [random.chance(1, 2) ? `${i}` : `element ${i}`]),
  ],
  ...(random.chance(1, 4) ? [['rpush', key(random, 'list'), 'y'.repeat(8200)]] : []),
]
const set: Build = (random) => {
  const isWords = random.chance(1, 2)
  const size = random.pick([5, 128, 129, 511, 512, 513])
  return [
    [
      'sadd',
      key(random, 'set'),
      ...Array.from({ length: size }, (_, i) => (isWords ? `m${i}` : `${i * 3}`)),
    ],
  ]
}
const sortedSet: Build = (random) => [
  ...(random.chance(1, 2)
    ? [['zadd', random.pick(lexKeys), ...members.flatMap((member) => ['0', member])]]
    : []),
  ...(random.chance(1, 4)
    ? [['zadd', random.pick(lexKeys), ...items(random, (i) => ['0', `m${i}`])]]
    : []),
  ['zadd', key(random, 'sorted-set'), ...items(random, (i) => [`${i % 17}`, `m${i}`])],
]
const geo: Build = (random) => [
  [
    'geoadd',
    key(random, 'geo'),
    ...items(random, (i) => [
      `${((i * 37) % 3600) / 10 - 180}`,
      `${((i * 53) % 1600) / 10 - 80}`,
      `p${i}`,
    ]),
  ],
]
const stream: Build = (random) => {
  const name = key(random, 'stream')
  const size = random.pick(sizes)
  return [
    ...Array.from({ length: size }, (_, i) => [
      'xadd',
      name,
      `${i + 1}-1`,
      'f',
      `${i}`,
      ...(i % 7 === 0 ? ['other', 'x'] : []),
    ]),
    ['xgroup', 'create', name, 'g', random.pick(['0', '$', '5-1'])],
    [
      'xreadgroup',
      'group',
      'g',
      'c1',
      'count',
      random.pick(['1', '5', '200']),
      'streams',
      name,
      '>',
    ],
  ]
}
const hyperloglog: Build = (random) => [
  ['pfadd', key(random, 'hyperloglog'), ...items(random, (i) => [`v${i}-${random.below(3)}`])],
  ...(random.chance(1, 10)
    ? Array.from({ length: 20 }, (_, n) => [
        'pfadd',
        'hll1',
        ...Array.from({ length: 200 }, (_, i) => `w${n}.${i}`),
      ])
    : []),
]
const string: Build = (random) => [
  ['set', key(random, 'string'), 'ab\0c'.repeat(random.pick([1, 50, 300]))],
]
const bitmap: Build = (random) => [
  ['setrange', key(random, 'bitmap'), '0', '\xff\0\x55\xaa\x01'.repeat(random.pick([1, 20, 100]))],
]

/** By group of the documentation. */
export const builders: Readonly<Record<string, Build>> = {
  hash,
  list,
  set,
  'sorted-set': sortedSet,
  geo,
  stream,
  hyperloglog,
  string,
  bitmap,
}
