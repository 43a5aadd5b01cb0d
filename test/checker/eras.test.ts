// The checker over eras: what a forced recovery may do to a history, and what it may not.

import test from 'ava'
import { checkEras, type EraOperation } from './eras.js'

/** `set k a @1-2 = +OK #1`: arguments, call and return, reply, era; `?` for what is not known. */
function history(...lines: readonly string[]): EraOperation[] {
  return lines.map((line, id) => {
    const [, text, invoked, returned, reply, era] =
      /^(.*) @(\d+)-(\S+) = (\S+) #(\d+)$/.exec(line) ?? []
    if (text === undefined) throw new Error(`not an operation: ${line}`)
    return {
      id,
      args: text.split(' '),
      invoked: Number(invoked),
      returned: returned === '?' ? Infinity : Number(returned),
      reply: reply === '?' ? null : (reply ?? null),
      after: -1,
      era: Number(era),
    }
  })
}

const cases: readonly (readonly [string, 'linearizable' | 'violation', readonly string[]])[] = [
  [
    'an acknowledged write is gone in the next era',
    'linearizable',
    ['set k a @1-2 = +OK #1', 'set k b @3-4 = +OK #1', 'get k @5-6 = $a #2'],
  ],
  ['all of the era before is gone', 'linearizable', ['set k a @1-2 = +OK #1', 'get k @5-6 = _ #2']],
  [
    'an acknowledged write is gone within an era',
    'violation',
    ['set k a @1-2 = +OK #1', 'set k b @3-4 = +OK #1', 'get k @5-6 = $a #1', 'get k @7-8 = $a #2'],
  ],
  [
    'an acknowledged write is gone within the second era',
    'violation',
    ['set k a @1-2 = +OK #1', 'set k b @3-4 = +OK #2', 'get k @5-6 = $a #2'],
  ],
  ['a value that was never there', 'violation', ['set k a @1-2 = +OK #1', 'get k @5-6 = $c #2']],
  [
    'an append is doubled',
    'violation',
    ['append k a @1-2 = :1 #1', 'append k b @3-4 = :2 #1', 'get k @5-6 = $abb #2'],
  ],
  [
    'a later write is kept without the one before it',
    'violation',
    ['append k a @1-2 = :1 #1', 'append k b @3-4 = :2 #1', 'get k @5-6 = $b #2'],
  ],
  [
    'a write of an unknown era took effect in the second',
    'linearizable',
    ['set k a @1-2 = +OK #1', 'set k b @3-? = ? #0', 'get k @5-6 = $b #2'],
  ],
  [
    'a write of an unknown era was seen, lost, and came again',
    'linearizable',
    ['incr k @1-? = ? #0', 'get k @2-3 = $1 #1', 'get k @5-6 = _ #2', 'get k @7-8 = $1 #2'],
  ],
  [
    'what was lost does not come back by itself',
    'violation',
    ['set k a @1-2 = +OK #1', 'get k @5-6 = _ #2', 'get k @7-8 = $a #2'],
  ],
]

for (const [title, expected, lines] of cases) {
  test(`eras: ${title}: ${expected}`, (t) => {
    t.is(checkEras(history(...lines)).kind, expected)
  })
}
