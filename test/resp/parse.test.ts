// The parser's tables: what is served, what is refused and in which words, and that the split of the
// bytes never matters.

import test from 'ava'
import { refused, served } from './cases.js'
import { everyByte, frame, latin1, parse, stranger, usual } from './feeding.js'

for (const [name, text, commands] of served) {
  test(`parse: ${name}: served however it is split`, (t) => {
    const bytes = latin1(text)

    t.deepEqual(parse(bytes), { commands, fault: null, isPartial: false } as never)
    t.deepEqual(parse(bytes, everyByte(bytes)), parse(bytes))
  })
}

for (const [name, text, why] of refused) {
  test(`parse: ${name}: refused however it is split`, (t) => {
    const bytes = latin1(text)
    const cuts = everyByte(bytes)

    t.is(parse(bytes).fault, `ERR Protocol error: ${why}`)
    t.deepEqual(parse(bytes, cuts), parse(bytes))
    t.deepEqual(parse(latin1(frame('PING') + text)).commands, [['PING']])
  })
}

const strangers: readonly (readonly [string, string, string])[] = [
  ['eleven arguments', '*11\r\n', 'unauthenticated multibulk length'],
  ['count above int32', '*3000000000\r\n', 'invalid multibulk length'],
  ['16,385 bytes', '*1\r\n$16385\r\n', 'unauthenticated bulk length'],
  ['length above the ceiling', '*1\r\n$536870913\r\n', 'invalid bulk length'],
]

for (const [name, text, why] of strangers) {
  test(`parse: not authenticated: ${name}: refused`, (t) => {
    t.is(parse(latin1(text), [], stranger).fault, `ERR Protocol error: ${why}`)
  })
}

test('parse: not authenticated: ten arguments of 16 KiB: served', (t) => {
  const args = Array.from({ length: 10 }, () => 'x'.repeat(16384))

  const outcome = parse(latin1(frame(...args)), [], stranger)

  t.deepEqual(outcome, { commands: [args], fault: null, isPartial: false })
})

for (const text of ['POST / HTTP/1.1\r\n', 'host: evil\r\n', frame('post', '/'), frame('HOST:')]) {
  test(`parse: cross-protocol ${JSON.stringify(text)}: closes without a word`, (t) => {
    const bytes = latin1(`PING\r\n${text}PING\r\n`)

    const outcome = parse(bytes)

    t.deepEqual(outcome, { commands: [['PING']], fault: '', isPartial: false })
    t.deepEqual(parse(bytes, everyByte(bytes)), outcome)
  })
}

test('parse: a command above the query bound: closes without a word before its bytes came', (t) => {
  const tight = { ...usual, queryBytesMax: 100 }
  const fits = frame('SET', 'k', 'v'.repeat(73))
  const above = frame('SET', 'k', 'v'.repeat(74))

  t.is(latin1(fits).length, 100)
  t.is(parse(latin1(fits), [], tight).fault, null)
  t.is(parse(latin1(fits), everyByte(latin1(fits)), tight).fault, null)
  t.is(parse(latin1(above), [], tight).fault, '')
  t.is(parse(latin1(above.slice(0, 35)), everyByte(latin1(above.slice(0, 35))), tight).fault, '')
})

test('parse: limits below those of any short command: hold for short commands, too', (t) => {
  const narrow = { ...usual, argumentsMax: 3, bulkBytesMax: 5 }

  t.deepEqual(parse(latin1(frame('SET', 'abcde', 'x')), [], narrow).commands, [
    ['SET', 'abcde', 'x'],
  ])
  const count = 'ERR Protocol error: invalid multibulk length'
  t.is(parse(latin1(frame('a', 'b', 'c', 'd')), [], narrow).fault, count)
  const length = 'ERR Protocol error: invalid bulk length'
  t.is(parse(latin1(frame('GET', 'abcdef')), [], narrow).fault, length)
})
