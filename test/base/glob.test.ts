// Globs: a table in Redis' semantics, a slow obvious twin, redis-server itself, and hostile patterns.

import { connect } from 'node:net'
import test from 'ava'
import fc from 'fast-check'
import { globMatch } from '../../src/base/glob.js'
import { besideRedis } from '../beside-redis.js'
import { startRedis } from '../redis-server.js'

const table: readonly (readonly [string, string, boolean])[] = [
  ['*', '', false],
  ['*', 'abc', true],
  ['', '', true],
  ['', 'a', false],
  ['a', '', false],
  ['a*', 'a', true],
  ['*a*b*', 'xxaxxbxx', true],
  ['*a*b', 'ab', true],
  ['*ab', 'aab', true],
  ['*ab', 'aba', false],
  ['a?c', 'abc', true],
  ['a?c', 'ac', false],
  ['a?', 'ab', true],
  ['[abc]', 'b', true],
  ['[abc]', 'd', false],
  ['[^abc]', 'd', true],
  ['[^abc]', 'b', false],
  ['[a-c]', 'b', true],
  ['[c-a]', 'b', true],
  ['[a-c]x', 'dx', false],
  ['[\\]]', ']', true],
  ['[a\\-c]', 'b', false],
  ['[a\\-c]', '-', true],
  ['[abc', 'c', true],
  ['[abc', 'd', false],
  ['[', 'a', false],
  ['[^', 'a', true],
  ['[]', 'a', false],
  ['[^]', 'a', true],
  ['[a-', '-', true],
  ['[a-]', '^', true],
  ['\\*', '*', true],
  ['\\*', 'a', false],
  ['\\a', 'a', true],
  ['a\\', 'a\\', true],
  ['\\', '\\', true],
  ['h\\?llo', 'h?llo', true],
  ['\xff?', '\xff\x80', true],
]

for (const [pattern, text, expected] of table) {
  test(`glob: ${JSON.stringify(pattern)} on ${JSON.stringify(text)}: ${expected}`, (t) => {
    t.is(globMatch(pattern, text), expected)
  })
}

test('glob: letters of another case: equal only when case is ignored', (t) => {
  t.true(globMatch('AB*[X-z]', 'abcy', true))
  t.false(globMatch('AB*[X-z]', 'abcy'))
  t.false(globMatch('\xc4', '\xe4', true))
})

/** Says what each element means and tries all lengths for a star. */
function twin(pattern: string, text: string): boolean {
  if (pattern === '') return text === ''
  if (pattern[0] === '*') {
    for (let i = 0; i <= text.length; i++) if (twin(pattern.slice(1), text.slice(i))) return true
    return false
  }
  if (text === '') return false
  if (pattern[0] === '?') return twin(pattern.slice(1), text.slice(1))
  if (pattern[0] === '[') {
    let rest = pattern.slice(1)
    const negated = rest[0] === '^'
    if (negated) rest = rest.slice(1)
    const members = new Set<string>()
    while (rest !== '' && rest[0] !== ']') {
      const range = rest[0] !== '\\' && rest[1] === '-' && rest.length > 2
      const from = rest[0] === '\\' && rest.length > 1 ? rest[1] : rest[0]
      const [low, high] = [from, range ? rest[2] : from]
        .map((c) => c?.charCodeAt(0) ?? 0)
        .sort((a, b) => a - b)
      for (let code = low ?? 0; code <= (high ?? 0); code++) members.add(String.fromCharCode(code))
      rest = rest.slice(range ? 3 : rest[0] === '\\' && rest.length > 1 ? 2 : 1)
    }
    return members.has(text[0] as string) !== negated && twin(rest.slice(1), text.slice(1))
  }
  const literal = pattern[0] === '\\' && pattern.length > 1 ? 1 : 0
  return pattern[literal] === text[0] && twin(pattern.slice(literal + 1), text.slice(1))
}

const patterns = fc.string({ unit: fc.constantFrom(...'*?[]^-\\abc'), maxLength: 9 })
const texts = fc.string({ unit: fc.constantFrom(...'abc-]^\\['), maxLength: 7 })

test('glob: any pattern and text: agrees with a slow obvious twin', (t) => {
  fc.assert(
    fc.property(patterns, texts, (pattern, text) => {
      // No star matches an empty text, as in Redis.
      const expected = text === '' ? pattern === '' : twin(pattern, text)
      return globMatch(pattern, text) === expected
    }),
    { numRuns: 5000 },
  )
  t.pass()
})

test('glob: many stars on a long text: steps stay below pattern times text', (t) => {
  const text = 'a'.repeat(20_000)

  t.false(globMatch(`${'a*'.repeat(50)}b`, text))
  t.false(globMatch(`${'*a'.repeat(50)}*b`, text))
  t.true(globMatch('*'.repeat(5_000), text))
})

function ask(port: number, requests: readonly (readonly string[])[]): Promise<string> {
  return new Promise((resolve, reject) => {
    let heard = ''
    const socket = connect(port, '127.0.0.1')
    socket.setEncoding('latin1')
    socket.once('error', reject)
    socket.on('data', (text: string) => {
      heard += text
    })
    socket.once('close', () => resolve(heard))
    for (const args of [...requests, ['QUIT']]) {
      const bulks = args.map((arg) => `$${arg.length}\r\n${arg}\r\n`).join('')
      socket.write(`*${args.length}\r\n${bulks}`, 'latin1')
    }
  })
}

besideRedis('glob: compared with KEYS of redis-server: the same keys', async (t) => {
  const server = await startRedis()
  const cases = [
    ...table.map(([pattern, text]) => [pattern, text] as const),
    ...fc.sample(fc.tuple(patterns, texts), { numRuns: 1500, seed: 7 }),
  ].filter(([, text]) => text !== '')
  const requests = cases.flatMap(([pattern, text]) => [
    ['FLUSHALL'],
    ['SET', text, ''],
    ['KEYS', pattern],
  ])

  const heard = await ask(server.port, requests)
  await server.stop()

  const expected = cases
    .map(([pattern, text]) => {
      const keys = globMatch(pattern, text) ? `*1\r\n$${text.length}\r\n${text}\r\n` : '*0\r\n'
      return `+OK\r\n+OK\r\n${keys}`
    })
    .join('')
  t.is(heard, `${expected}+OK\r\n`)
})
