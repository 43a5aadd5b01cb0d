// Requests with what becomes of them: shared by the parser's own tests and the comparison with
// redis-server.

import { frame } from './feeding.js'

const kib64 = 64 * 1024

/** Name, bytes, commands. */
export const served: readonly (readonly [string, string, readonly (readonly string[])[]])[] = [
  ['nothing', '', []],
  ['one command', frame('PING'), [['PING']]],
  [
    'a pipeline',
    frame('SET', 'a', '1') + frame('GET', 'a'),
    [
      ['SET', 'a', '1'],
      ['GET', 'a'],
    ],
  ],
  ['an empty argument', frame('SET', 'a', ''), [['SET', 'a', '']]],
  ['all empty', frame('', '', ''), [['', '', '']]],
  ['binary bytes', frame('SET', '\r\n\0', '\xff\x80*1'), [['SET', '\r\n\0', '\xff\x80*1']]],
  ['nine arguments', frame(...'abcdefghi'), [[...'abcdefghi']]],
  ['twelve arguments', frame(...'abcdefghijkl'), [[...'abcdefghijkl']]],
  ['a long name', frame('GEORADIUSBYMEMBER_RO', 'k'), [['GEORADIUSBYMEMBER_RO', 'k']]],
  ['counts of nothing', `*-10\r\n*0\r\n*-1\r\n${frame('PING')}`, [['PING']]],
  ['the least int64 for a count', `*-9223372036854775808\r\n${frame('PING')}`, [['PING']]],
  ['any byte behind the \\r of a head', '*1\rx$4\ryPING\r\n', [['PING']]],
  ['an inline command', 'PING\r\n', [['PING']]],
  ['an inline command with a bare \\n', 'PING\n', [['PING']]],
  ['inline after multibulk', `${frame('A')}b c\r\n${frame('D')}`, [['A'], ['b', 'c'], ['D']]],
  ['empty lines', '\r\n\n  \r\nPING\r\n', [['PING']]],
  ['white space of all kinds', ' \t\v\fa \t b\v\fc \r\n', [['a', 'b\v\fc']]],
  ['double quotes', '"a b" "\\x41\\x4g\\n\\r\\t\\b\\a\\"\\q"\n', [['a b', 'Ax4g\n\r\t\b\x07"q']]],
  ['single quotes', "'a b' 'it\\'s' '\\x41'\n", [['a b', "it's", '\\x41']]],
  ['empty quotes', 'a "" \'\'\n', [['a', '', '']]],
  ['a quote inside a word', 'foo"bar baz" a\'b\'\n', [['foobar baz', 'ab']]],
  ['\\v behind a closing quote', '"a"\vb\n', [['a', 'b']]],
  ['the longest count line', `*0${'\r\n'}`, []],
  ['a word as long as a line may be', `${'A'.repeat(kib64)}\n`, [['A'.repeat(kib64)]]],
  [
    'a value above 9,999 bytes',
    frame('SET', 'k', 'v'.repeat(12345)),
    [['SET', 'k', 'v'.repeat(12345)]],
  ],
]

/** Name, bytes, the protocol error's text. */
export const refused: readonly (readonly [string, string, string])[] = [
  ['count above the limit', '*3000000000\r\n', 'invalid multibulk length'],
  ['count above int64', '*9223372036854775808\r\n', 'invalid multibulk length'],
  ['count below int64', '*-9223372036854775809\r\n', 'invalid multibulk length'],
  ['count in letters', '*abc\r\n', 'invalid multibulk length'],
  ['count with a plus', '*+1\r\n', 'invalid multibulk length'],
  ['count with a leading zero', '*01\r\n', 'invalid multibulk length'],
  ['count minus zero', '*-0\r\n', 'invalid multibulk length'],
  ['count empty', '*\r\n', 'invalid multibulk length'],
  ['count a minus', '*-\r\n', 'invalid multibulk length'],
  ['count with a space', '* 1\r\n', 'invalid multibulk length'],
  ['count above our bound', '*1048577\r\n', 'invalid multibulk length'],
  ['length -1', '*1\r\n$-1\r\n', 'invalid bulk length'],
  ['length -10', '*3\r\n$3\r\nSET\r\n$1\r\nx\r\n$-10\r\n', 'invalid bulk length'],
  ['length in letters', '*1\r\n$blabla\r\n', 'invalid bulk length'],
  ['length above the limit', '*1\r\n$2000000000\r\n', 'invalid bulk length'],
  ['length above our bound', '*1\r\n$8388609\r\n', 'invalid bulk length'],
  ['length empty', '*1\r\n$\r\n', 'invalid bulk length'],
  ['no dollar', '*3\r\n$3\r\nSET\r\n$1\r\nx\r\nfooz\r\n', "expected '$', got 'f'"],
  ['a \\r for a dollar', '*1\r\n\r\n', "expected '$', got ' '"],
  ['a \\n for a dollar', '*1\r\n\n\r\n', "expected '$', got ' '"],
  ['a flood of digits for a count', `*${'1'.repeat(kib64 + 6)}`, 'too big mbulk count string'],
  [
    'a flood of digits for a length',
    `*1\r\n$${'1'.repeat(kib64 + 6)}`,
    'too big bulk count string',
  ],
  ['a flood of letters', 'A'.repeat(kib64 + 1), 'too big inline request'],
  ['a line one byte too long', `${'A'.repeat(kib64 + 1)}\n`, 'too big inline request'],
  ['a NUL, then lines', `\0${`${'l'.repeat(1023)}\n`.repeat(65)}`, 'too big inline request'],
  [
    'a NUL in a count, then lines',
    `*1\0\r\n${'l\r\n'.repeat(30000)}`,
    'too big mbulk count string',
  ],
  ['an open double quote', 'SET "a b\r\n', 'unbalanced quotes in request'],
  ['an open single quote', "SET 'a b\n", 'unbalanced quotes in request'],
  ['a word right behind a quote', '"a"b\n', 'unbalanced quotes in request'],
  ['a quote opened again', '"a""b"\n', 'unbalanced quotes in request'],
  ['an escaped last quote', '"a\\"\n', 'unbalanced quotes in request'],
  ['a bulk string that is not ended', '*1\r\n$4\r\nPINGxxPING', 'invalid bulk terminator'],
  ['a bulk string ended by \\r only', '*1\r\n$4\r\nPING\rx', 'invalid bulk terminator'],
  ['a bulk string ended by \\n', '*1\r\n$4\r\nPING\n', 'invalid bulk terminator'],
  [
    'a long bulk string that is not ended',
    `*1\r\n$70000\r\n${'v'.repeat(70001)}`,
    'invalid bulk terminator',
  ],
]
