// The reply writer: exact bytes for each kind in both protocols, doubles as C prints them, and
// redis-parser as the reader that clients use.

import { createRequire } from 'node:module'
import test from 'ava'
import fc from 'fast-check'
import { limits } from '../../src/api/limits.js'
import { error } from '../../src/api/replies.js'
import { type ListShape, LongItems, wholeOf } from '../../src/api/long-reply.js'
import { type LongReply, nullArray, ok, type Reply, silent, status } from '../../src/api/reply.js'
import { formatDouble } from '../../src/base/double.js'
import { respDoor } from '../../src/resp/door.js'

interface ParserOptions {
  readonly returnReply: (reply: unknown) => void
  readonly returnError: (fault: Error) => void
  readonly returnFatalError: (fault: Error) => void
  readonly returnBuffers: boolean
  readonly stringNumbers: boolean
}

/** redis-parser comes without types. */
const Parser = createRequire(import.meta.url)('redis-parser') as new (
  options: ParserOptions,
) => { execute(bytes: Buffer): void }

const long = 'x'.repeat(2000)

const kinds: readonly (readonly [string, Reply, string, string])[] = [
  ['ok', ok, '+OK\r\n', '+OK\r\n'],
  ['status', status('QUEUED'), '+QUEUED\r\n', '+QUEUED\r\n'],
  ['error', error('ERR no'), '-ERR no\r\n', '-ERR no\r\n'],
  ['error with line ends', error('ERR a\r\nb\n'), '-ERR a  b \r\n', '-ERR a  b \r\n'],
  ['status with line ends', status('a\r\n+b'), '+a  +b\r\n', '+a  +b\r\n'],
  ['text', 'a\r\n\0\xff', '$5\r\na\r\n\0\xff\r\n', '$5\r\na\r\n\0\xff\r\n'],
  ['empty text', '', '$0\r\n\r\n', '$0\r\n\r\n'],
  ['long text', long, `$2000\r\n${long}\r\n`, `$2000\r\n${long}\r\n`],
  ['zero', 0, ':0\r\n', ':0\r\n'],
  ['minus zero', -0, ':0\r\n', ':0\r\n'],
  ['minus one', -1, ':-1\r\n', ':-1\r\n'],
  ['a large integer', Number.MAX_SAFE_INTEGER, ':9007199254740991\r\n', ':9007199254740991\r\n'],
  ['int64', -9223372036854775808n, ':-9223372036854775808\r\n', ':-9223372036854775808\r\n'],
  ['null', null, '$-1\r\n', '_\r\n'],
  ['null array', nullArray, '*-1\r\n', '_\r\n'],
  ['silent', silent, '', ''],
  ['empty array', [], '*0\r\n', '*0\r\n'],
  ['array', [1, 'a', null], '*3\r\n:1\r\n$1\r\na\r\n$-1\r\n', '*3\r\n:1\r\n$1\r\na\r\n_\r\n'],
  [
    'nested',
    [[1, []], [2]],
    '*2\r\n*2\r\n:1\r\n*0\r\n*1\r\n:2\r\n',
    '*2\r\n*2\r\n:1\r\n*0\r\n*1\r\n:2\r\n',
  ],
  ['double', { type: 'double', value: 1.5 }, '$3\r\n1.5\r\n', ',1.5\r\n'],
  ['infinity', { type: 'double', value: Infinity }, '$3\r\ninf\r\n', ',inf\r\n'],
  ['minus infinity', { type: 'double', value: -Infinity }, '$4\r\n-inf\r\n', ',-inf\r\n'],
  ['nan', { type: 'double', value: NaN }, '$3\r\nnan\r\n', ',nan\r\n'],
  ['true', { type: 'boolean', value: true }, ':1\r\n', '#t\r\n'],
  ['false', { type: 'boolean', value: false }, ':0\r\n', '#f\r\n'],
  [
    'map',
    { type: 'map', pairs: ['a', 1, 'b', 2] },
    '*4\r\n$1\r\na\r\n:1\r\n$1\r\nb\r\n:2\r\n',
    '%2\r\n$1\r\na\r\n:1\r\n$1\r\nb\r\n:2\r\n',
  ],
  [
    'pairs',
    [{ type: 'pairs', items: ['a', 1, 'b', [2]] }, 3],
    '*2\r\n*4\r\n$1\r\na\r\n:1\r\n$1\r\nb\r\n*1\r\n:2\r\n:3\r\n',
    '*2\r\n*2\r\n*2\r\n$1\r\na\r\n:1\r\n*2\r\n$1\r\nb\r\n*1\r\n:2\r\n:3\r\n',
  ],
  ['no pairs', { type: 'pairs', items: [] }, '*0\r\n', '*0\r\n'],
  ['set', { type: 'set', items: ['a'] }, '*1\r\n$1\r\na\r\n', '~1\r\n$1\r\na\r\n'],
  ['push', { type: 'push', items: ['a'] }, '*1\r\n$1\r\na\r\n', '>1\r\n$1\r\na\r\n'],
  ['verbatim', { type: 'verbatim', format: 'txt', text: 'a' }, '$1\r\na\r\n', '=5\r\ntxt:a\r\n'],
  ['big number', { type: 'big-number', text: '-12' }, '$3\r\n-12\r\n', '(-12\r\n'],
  [
    'map in a map',
    { type: 'map', pairs: ['a', { type: 'map', pairs: [] }] },
    '*2\r\n$1\r\na\r\n*0\r\n',
    '%1\r\n$1\r\na\r\n%0\r\n',
  ],
]

for (const [name, reply, two, three] of kinds) {
  test(`write: ${name}: as Redis prints it`, (t) => {
    t.is(respDoor.encode(reply, 2), two)
    t.is(respDoor.encode(reply, 3), three)
  })
}

const doubles: readonly (readonly [number, string])[] = [
  [0, '0'],
  [-0, '-0'],
  [3, '3'],
  [-2.5, '-2.5'],
  [1.1, '1.1000000000000001'],
  [0.1, '0.10000000000000001'],
  [0.0001, '0.0001'],
  [0.00001, '1.0000000000000001e-05'],
  [123456.789, '123456.789'],
  [1e15, '1000000000000000'],
  [1e16, '10000000000000000'],
  [12345678901234568, '12345678901234568'],
  [1e17, '1e+17'],
  [123456789012345680, '1.2345678901234568e+17'],
  [1e100, '1e+100'],
  [1e300, '1.0000000000000001e+300'],
  [5e-324, '4.9406564584124654e-324'],
  [1.7976931348623157e308, '1.7976931348623157e+308'],
  // A tie in the eighteenth digit: C rounds to even.
  [131073 / 262144, '0.50000381469726562'],
  [131075 / 262144, '0.50001144409179688'],
]

for (const [value, text] of doubles) {
  test(`write: the double ${text}: seventeen digits as C prints them`, (t) => {
    t.is(formatDouble(value), text)
  })
}

test('write: any finite double: reads back as the same number', (t) => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      return Object.is(Number(formatDouble(value)), value)
    }),
    { numRuns: 2000 },
  )
  t.pass()
})

/** What redis-parser makes of a reply: the value that a client of RESP2 sees. */
function seen(reply: Reply): unknown {
  if (typeof reply === 'bigint') return String(reply)
  if (typeof reply === 'number') return String(reply)
  if (typeof reply !== 'object' || reply === null) return reply
  if (!('type' in reply)) return reply.map(seen)
  switch (reply.type) {
    case 'status':
    case 'error':
      return reply.text
    case 'map':
      return reply.pairs.map(seen)
    case 'set':
    case 'push':
      return reply.items.map(seen)
    case 'boolean':
      return reply.value ? '1' : '0'
    case 'double':
      return formatDouble(reply.value)
    case 'verbatim':
      return reply.text
    default:
      return null
  }
}

function parsed(text: string): unknown[] {
  const made: unknown[] = []
  const parser = new Parser({
    returnReply: (reply: unknown) => made.push(plain(reply)),
    returnError: (fault: Error) => made.push(fault.message),
    returnFatalError: (fault: Error) => {
      throw fault
    },
    returnBuffers: true,
    stringNumbers: true,
  })
  parser.execute(Buffer.from(text, 'latin1'))
  return made
}

function plain(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return value.toString('latin1')
  if (value instanceof Error) return value.message
  return Array.isArray(value) ? value.map(plain) : value
}

const latin1 = fc
  .array(fc.integer({ min: 0, max: 255 }), { maxLength: 40 })
  .map((codes) => String.fromCharCode(...codes))
// redis-parser reads lines as UTF-8, so only ASCII can be compared.
const line = fc.string({ unit: fc.constantFrom(...'aB 1-+$*:\t~'), maxLength: 20 })

const { tree: replies } = fc.letrec<{ tree: Reply; list: Reply[] }>((tie) => ({
  list: fc.array(tie('tree'), { maxLength: 5 }),
  tree: fc.oneof(
    { depthSize: 'small', maxDepth: 4 },
    latin1,
    fc.maxSafeInteger(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.constant(null),
    fc.constant(nullArray),
    line.map((text): Reply => status(text)),
    line.map((text): Reply => error(`ERR ${text}`)),
    fc.boolean().map((value): Reply => ({ type: 'boolean', value })),
    fc.double().map((value): Reply => ({ type: 'double', value })),
    latin1.map((text): Reply => ({ type: 'verbatim', format: 'txt', text })),
    tie('list'),
    tie('list').map((items): Reply => ({ type: 'set', items })),
    tie('list').map((items): Reply => ({ type: 'push', items })),
    tie('list').map((items): Reply => ({ type: 'map', pairs: [...items, ...items] })),
  ),
}))

test('write: any replies in RESP2: redis-parser reads the same values', (t) => {
  fc.assert(
    fc.property(fc.array(replies, { maxLength: 5 }), (list) => {
      const text = list.map((reply) => respDoor.encode(reply, 2)).join('')
      t.deepEqual(parsed(text), list.map(seen))
    }),
    { numRuns: 500 },
  )
})

test('write: an array nested 200,000 deep: written without recursion', (t) => {
  const depth = 200_000
  let reply: Reply = 1
  for (let i = 0; i < depth; i++) reply = [reply]

  t.is(respDoor.encode(reply, 3), `${'*1\r\n'.repeat(depth)}:1\r\n`)
})

test('write: a long list, or a short one with a long list in it: its pieces are the whole', (t) => {
  const nested = fc.sample(replies, { numRuns: 200, seed: 5 })
  const long: Reply[] = Array.from(
    { length: limits.replyItemsWhole + 1 },
    (_, i) => nested[i % nested.length] ?? i,
  )
  const pairs = [...long, ...long.slice(0, long.length % 2)]
  const cases: readonly Reply[] = [
    long,
    [1, long, 'end'],
    { type: 'set', items: long },
    { type: 'map', pairs },
    { type: 'pairs', items: pairs },
    { type: 'table', items: pairs },
  ]
  for (const reply of cases) {
    for (const protocol of [2, 3]) {
      for (const chars of [0, 1_000, Number.POSITIVE_INFINITY]) {
        const stream = respDoor.stream(reply, protocol)
        const pieces: string[] = []
        while (stream !== null && !stream.isOver) pieces.push(stream.next(chars))

        t.true(pieces.join('') === respDoor.encode(reply, protocol))
        if (chars === 0) t.true(pieces.length >= long.length)
      }
    }
  }
  for (const short of ['text', 1, null, [], ['a', ['b']], long.slice(1, 100)]) {
    t.is(respDoor.stream(short, 3), null)
  }
})

test('write: a list in runs: the text of the same list in one', (t) => {
  const nested = fc.sample(replies, { numRuns: 200, seed: 6 })
  const shapes: readonly ListShape[] = ['array', 'set', 'map', 'pairs']
  for (const as of shapes) {
    const items = new LongItems()
    for (let i = 0; i <= limits.replyItemsWhole; i += 2) {
      items.run.push(nested[i % nested.length] ?? i, i)
      items.rest()
    }
    const long = items.reply(as)
    t.is(isLong(long), true)
    const whole = isLong(long) ? wholeOf(long) : long
    for (const protocol of [2, 3]) {
      const text = respDoor.encode(whole, protocol)
      t.true(respDoor.encode(long, protocol) === text)
      const stream = respDoor.stream([1, long], protocol)
      const pieces: string[] = []
      while (stream !== null && !stream.isOver) pieces.push(stream.next(1_000))
      t.true(pieces.join('') === `*2\r\n:1\r\n${text}`)
      t.true(pieces.length > 10)
      t.not(respDoor.stream(long, protocol), null)
    }
  }
})

function isLong(reply: Reply): reply is LongReply {
  return typeof reply === 'object' && reply !== null && 'type' in reply && reply.type === 'long'
}
