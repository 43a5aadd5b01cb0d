// Conditional writes, which redis-server 7.0.15 does not know: by the documentation of Redis 8.4 and
// Valkey 9.0. Digests by the reference library of XXH3 (libxxhash 0.8.1).

import test from 'ava'
import { isError } from '../../src/api/reply.js'
import { digestOfText } from '../../src/engine/values/xxh3.js'
import { makeEngine, run } from './world.js'

const digests: readonly (readonly [number, string])[] = [
  [0, '2d06800538d394c2'],
  [1, 'e12ef9d2eb86ceeb'],
  [3, 'a9088dda485b481c'],
  [4, '57648c318a7a307e'],
  [8, 'b0fb3e3c3f94990a'],
  [9, '8aca5cb309437c2e'],
  [16, '2bd926d88792965a'],
  [17, '621f018aad19b14a'],
  [33, 'b6d8b523db9b284c'],
  [65, 'f0037f8ac0441cc4'],
  [97, 'e1415ca7902a74da'],
  [128, 'e9549af9a74093e6'],
  [129, 'b54ad1cd8a4c84b9'],
  [240, '3e136902ec966624'],
  [241, 'bd7d29b6ba966d6a'],
  [1024, 'dc5acf0b043c445b'],
  [1025, 'c856c953bbdbc807'],
  [5000, '308f149a673a1625'],
]

test('digest: strings of every class of length: as the reference library has it', (t) => {
  for (const [length, expected] of digests) {
    const text = Buffer.from(Array.from({ length }, (_, i) => (i * 7 + length) % 256))

    t.is(digestOfText(text.toString('latin1')), expected, String(length))
  }
})

const foo = digestOfText('foo')
const wrongType = 'WRONGTYPE Operation against a key holding the wrong kind of value'

/** Each line on a world with `k` = foo, `n` = 1 and the list `l`; then what `k` holds. */
const cases: readonly (readonly [string, unknown, string | null])[] = [
  ['set k new ifeq foo', 'OK', 'new'],
  ['set k new ifeq bar', null, 'foo'],
  ['set absent new ifeq foo', null, 'foo'],
  ['set k new ifne foo', null, 'foo'],
  ['set k new ifne bar', 'OK', 'new'],
  ['set absent new ifne bar', 'OK', 'foo'],
  [`set k new ifdeq ${foo}`, 'OK', 'new'],
  [`set k new IFDEQ ${foo.toUpperCase()}`, 'OK', 'new'],
  ['set k new ifdeq 0000000000000000', null, 'foo'],
  [`set k new ifdne ${foo}`, null, 'foo'],
  ['set absent new ifdne x', 'OK', 'foo'],
  ['set k new ifeq bar get', 'foo', 'foo'],
  ['set k new get ifeq foo', 'foo', 'new'],
  ['set absent new ifne x get', null, 'foo'],
  ['set l new ifeq x', wrongType, 'foo'],
  ['set k new ifeq', 'ERR syntax error', 'foo'],
  ['set k new nx ifeq foo', 'ERR syntax error', 'foo'],
  ['set k new ifeq foo xx', 'ERR syntax error', 'foo'],
  ['set k new ifeq foo ifne bar', 'ERR syntax error', 'foo'],
  ['delex k', 1, null],
  ['delex l', 1, 'foo'],
  ['delex absent', 0, 'foo'],
  ['delex k ifeq foo', 1, null],
  ['delex k ifeq bar', 0, 'foo'],
  ['delex k ifne foo', 0, 'foo'],
  ['delex k ifne bar', 1, null],
  [`delex k ifdeq ${foo}`, 1, null],
  [`delex k ifdne ${foo}`, 0, 'foo'],
  ['delex absent ifne x', 0, 'foo'],
  ['delex l ifeq x', wrongType, 'foo'],
  ['delex k ifeq', 'ERR syntax error', 'foo'],
  ['delex k nx foo', 'ERR syntax error', 'foo'],
  ['delifeq k foo', 1, null],
  ['delifeq k bar', 0, 'foo'],
  ['delifeq absent bar', 0, 'foo'],
  ['delifeq l x', wrongType, 'foo'],
  ['digest k', foo, 'foo'],
  ['digest absent', null, 'foo'],
  ['digest l', wrongType, 'foo'],
]

for (const [line, expected, left] of cases) {
  test(`conditions: ${line}: answers as documented`, (t) => {
    const engine = makeEngine()
    run(engine, ['set', 'k', 'foo'])
    run(engine, ['rpush', 'l', 'a'])

    const reply = run(engine, line.split(' '))

    const text = typeof reply === 'object' && reply !== null && 'text' in reply ? reply.text : reply
    t.deepEqual(text, expected)
    t.is(run(engine, ['get', 'k']), left)
    t.is(isError(reply), typeof expected === 'string' && /^[A-Z]+ /.test(expected))
  })
}
