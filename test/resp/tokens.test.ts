// The small parts of the parser: integers as strict as Redis', and names from a table that forgets.

import test from 'ava'
import fc from 'fast-check'
import { parseInteger } from '../../src/resp/integer.js'
import { isCrossProtocol, nameOf } from '../../src/resp/name.js'
import { latin1 } from './feeding.js'

function integerOf(text: string): number {
  return parseInteger(latin1(`x${text}x`), 1, 1 + text.length)
}

/** What Redis takes for an integer, by a pattern; sizes above 15 digits count as huge. */
function twin(text: string): number {
  if (!/^(0|-?[1-9][0-9]*)$/.test(text)) return Number.NaN
  const value = BigInt(text)
  if (value !== BigInt.asIntN(64, value)) return Number.NaN
  if (text.replace('-', '').length <= 15) return Number(text)
  return value < 0n ? -Number.MAX_SAFE_INTEGER : Number.MAX_SAFE_INTEGER
}

test('integer: any text of digits and signs: as a pattern and a BigInt judge it', (t) => {
  const text = fc.oneof(
    fc.string({ unit: fc.constantFrom(...'0123456789-+ '), maxLength: 6 }),
    fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }).map(String),
    fc.bigInt({ min: 2n ** 63n - 5n, max: 2n ** 63n + 5n }).map(String),
    fc.bigInt({ min: -(2n ** 63n) - 5n, max: -(2n ** 63n) + 5n }).map(String),
  )
  fc.assert(
    fc.property(text, (given) => {
      t.is(integerOf(given), twin(given), given)
    }),
    { numRuns: 3000 },
  )
})

test('name: 40,000 names that share places, endings and zeros: each itself, first and again', (t) => {
  const endings = ['PING', 'SET', '', '\0', '\0\0', 'GET\0']
  for (let i = 0; i < 7_000; i++) {
    const beginning = String.fromCharCode(i & 255, (i >> 8) & 255, (i * 7) & 255).slice(i % 4)
    for (const ending of endings) {
      const name = beginning + ending
      const bytes = latin1(` ${name} `)
      t.is(nameOf(bytes, 1, 1 + name.length), name)
      t.is(nameOf(bytes, 1, 1 + name.length), name)
    }
  }
})

test('name: the first words of an HTTP request: told from commands in any case', (t) => {
  for (const name of ['POST', 'post', 'PoSt', 'Host:', 'HOST:']) t.true(isCrossProtocol(name))
  for (const name of ['PING', 'PTTL', 'POS', 'HOST', 'Hosts', 'hostx', 'POST ', '']) {
    t.false(isCrossProtocol(name))
  }
})
