// Commands that make one value of any type at the key `k`, small and large, with every kind of text that
// dumps write differently.

import type { Random } from '../../src/base/random.js'

const edges = [
  '0',
  '127',
  '128',
  '-129',
  '4095',
  '4096',
  '-4097',
  '32768',
  '8388608',
  '2147483647',
  '2147483648',
  '-2147483649',
  '9223372036854775807',
  '-9223372036854775808',
  '9223372036854775808',
  '01',
  '',
  '\0\xff',
  'x'.repeat(63),
  'y'.repeat(64),
  'hello hello hello hello hello',
  'z'.repeat(300),
  'abcabcabcd'.repeat(20),
]
const scores = [
  '0',
  '1',
  '-1',
  '1.5',
  '0.1',
  '1e20',
  '-inf',
  '+inf',
  '1e-7',
  '123456789012',
  '1e17',
  '3.3',
]

function word(random: Random): string {
  if (random.chance(1, 3)) return random.pick(edges)
  if (random.chance(1, 2)) return String(random.between(-70_000, 70_000))
  const letters = random.pick([2, 26])
  return Array.from({ length: random.below(90) }, () =>
    String.fromCharCode(97 + random.below(letters)),
  ).join('')
}

function many(random: Random, make: () => readonly string[]): string[] {
  const count = random.between(1, random.pick([1, 3, 20, 200, random.chance(1, 5) ? 3000 : 5]))
  return Array.from({ length: count }, make).flat()
}

function streamLines(random: Random): string[][] {
  const lines: string[][] = []
  let ms = random.below(1000)
  for (let i = random.between(1, random.pick([3, 20, 250])); i > 0; i--) {
    ms += random.below(3)
    const fields = random.chance(2, 3)
      ? ['f', word(random), 'g', word(random)]
      : [word(random), word(random)]
    lines.push(['xadd', 'k', `${ms}-${1000 - i}`, ...fields])
  }
  if (random.chance(1, 2)) {
    const count = String(random.between(1, 10))
    lines.push(
      ['xgroup', 'create', 'k', 'g1', '0'],
      ['xreadgroup', 'group', 'g1', 'c1', 'count', count, 'streams', 'k', '>'],
      ['xgroup', 'create', 'k', 'g2', '$'],
      ['xgroup', 'createconsumer', 'k', 'g2', 'c2'],
    )
  }
  if (random.chance(1, 2)) lines.push(['xtrim', 'k', 'maxlen', String(random.between(1, 10))])
  return lines
}

export function randomLines(random: Random): string[][] {
  switch (random.below(7)) {
    case 0:
      return [['set', 'k', word(random)]]
    case 1:
      return [['rpush', 'k', ...many(random, () => [word(random)])]]
    case 2: {
      const half = random.pick([100, 40_000, 3_000_000_000_000])
      return [
        [
          'sadd',
          'k',
          ...many(random, () => [String(random.below(half) * random.pick([1, -1]) || 0)]),
        ],
      ]
    }
    case 3:
      return [['sadd', 'k', ...many(random, () => [word(random)])]]
    case 4:
      return [['hset', 'k', ...many(random, () => [word(random), word(random)])]]
    case 5:
      return [['zadd', 'k', ...many(random, () => [random.pick(scores), word(random)])]]
    default:
      return streamLines(random)
  }
}
