// Inline commands: one line of words as a person types them, with Redis' quoting: "..." knows \xHH \n
// \r \t \b \a and takes any other escaped byte as itself, '...' knows \' only, and a closing quote
// must be followed by white space or the end.

import { bytesToText, textToBytes } from '../base/bytes.js'

const space = 32
const double = 34
const single = 39
const backslash = 92

/** The words of a line without its end, or null when its quotes are not balanced. */
export function splitInline(line: string): string[] | null {
  const words: string[] = []
  let at = 0
  for (;;) {
    while (at < line.length && isSpace(line.charCodeAt(at))) at++
    if (at === line.length) return words
    const end = word(line, at, words)
    if (end < 0) return null
    at = end
  }
}

/** Adds the word that begins at `at`; answers the offset behind it, or -1. */
function word(line: string, at: number, words: string[]): number {
  let made = ''
  while (at < line.length) {
    const code = line.charCodeAt(at)
    if (endsWord(code)) break
    if (code !== double && code !== single) {
      const from = at
      do at++
      while (at < line.length && isPlain(line.charCodeAt(at)))
      made += line.slice(from, at)
      continue
    }
    const end = closingQuote(line, at + 1, code)
    if (end < 0) return -1
    made += code === double ? unescapeDouble(line, at + 1, end) : unescapeSingle(line, at + 1, end)
    at = end + 1
    if (at < line.length && !isSpace(line.charCodeAt(at))) return -1
    // \v and \f may stand behind a quote and do not end a word: the word ends all the same.
    break
  }
  // A slice of 13 and more characters would keep the whole line alive.
  words.push(made.length < 13 ? made : bytesToText(textToBytes(made)))
  return at
}

/** Offset of the quote that closes one opened before `at`, or -1. */
function closingQuote(line: string, at: number, quote: number): number {
  while (at < line.length) {
    const code = line.charCodeAt(at)
    if (code === quote) return at
    const escapes = code === backslash && (quote === double || line.charCodeAt(at + 1) === single)
    at += escapes ? 2 : 1
  }
  return -1
}

function unescapeDouble(line: string, from: number, to: number): string {
  let made = ''
  for (let at = from; at < to; at++) {
    const code = line.charCodeAt(at)
    if (code !== backslash) {
      made += line[at] as string
      continue
    }
    at++
    const escaped = line[at] as string
    const high = hexDigit(line.charCodeAt(at + 1))
    const low = hexDigit(line.charCodeAt(at + 2))
    if (escaped === 'x' && at + 2 < to && high >= 0 && low >= 0) {
      made += String.fromCharCode(high * 16 + low)
      at += 2
    } else made += unescaped(escaped)
  }
  return made
}

function unescapeSingle(line: string, from: number, to: number): string {
  let made = ''
  for (let at = from; at < to; at++) {
    if (line.charCodeAt(at) === backslash && line.charCodeAt(at + 1) === single) at++
    made += line[at] as string
  }
  return made
}

function unescaped(letter: string): string {
  switch (letter) {
    case 'n':
      return '\n'
    case 'r':
      return '\r'
    case 't':
      return '\t'
    case 'b':
      return '\b'
    case 'a':
      return '\x07'
    default:
      return letter
  }
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  const lower = code | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}

/** White space between words, as C's isspace. */
function isSpace(code: number): boolean {
  return code === space || (code >= 9 && code <= 13)
}

/** What ends a word outside quotes: \v and \f do not, as in Redis. */
function endsWord(code: number): boolean {
  return code === space || code === 9 || code === 10 || code === 13
}

function isPlain(code: number): boolean {
  return code !== double && code !== single && !endsWord(code)
}
