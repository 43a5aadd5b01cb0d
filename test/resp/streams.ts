// Arbitrary request streams for property tests and comparisons: mostly whole frames, some of them
// wrong, some mutated. Only harmless commands occur by name.

import fc from 'fast-check'
import { frame } from './feeding.js'

const word = fc
  .array(fc.integer({ min: 0, max: 255 }), { maxLength: 20 })
  .map((codes) => String.fromCharCode(...codes))
const plainWord = fc.string({ unit: fc.constantFrom(...'abcxyz019.:'), minLength: 1, maxLength: 8 })

const odd = fc.constantFrom(
  '*0\r\n',
  '*-1\r\n',
  '\r\n',
  '"a\\x41" b\n',
  "'q q'\n",
  '*x\r\n',
  '*1\r\n$-1\r\n',
  '*1\r\nPING\r\n',
  '*+2\r\n',
  '$4\r\nPING\r\n',
  '"\n',
  '*1\r\n$1\r\nabc',
  '*1\r\n$4\r\n',
  '\0\r\n',
  'POST /\n',
)

/** One request or something like it. */
const piece = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(frame('PING'), 'ping\r\n') },
  { weight: 4, arbitrary: fc.array(word, { minLength: 1, maxLength: 12 }).map((a) => frame(...a)) },
  { weight: 2, arbitrary: fc.array(plainWord, { maxLength: 4 }).map((a) => `${a.join(' ')}\r\n`) },
  { weight: 1, arbitrary: odd },
)

/** One byte put in, taken out or changed. */
const mutation = fc.record({
  at: fc.nat(),
  takes: fc.integer({ min: 0, max: 2 }),
  gives: fc.oneof(
    fc.constantFrom('', '*', '$', '\r', '\n', '\0', '"', "'", '-', '0', '9', ' ', '\\'),
    fc.string({ maxLength: 3 }),
  ),
})

export const streams = fc
  .tuple(fc.array(piece, { maxLength: 8 }), fc.array(mutation, { maxLength: 3 }))
  .map(([pieces, mutations]) => {
    let text = pieces.join('')
    for (const { at, takes, gives } of mutations) {
      const place = at % (text.length + 1)
      text = text.slice(0, place) + gives + text.slice(place + takes)
    }
    return text
  })
