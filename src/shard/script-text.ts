// The first lines of scripts and libraries, in Redis' order of checks and words.

import { error } from '../api/replies.js'
import type { ErrorReply } from '../api/reply.js'

const scriptFlags: ReadonlySet<string> = new Set([
  'no-writes',
  'allow-oom',
  'allow-stale',
  'no-cluster',
  'allow-cross-slot-keys',
])

/** Null where the script has no first line of its own: then it may do as scripts always could. */
export type ScriptFlags = ReadonlySet<string> | null

export function scriptFlagsOf(text: string): ScriptFlags | ErrorReply {
  if (!text.startsWith('#!')) return null
  const end = text.indexOf('\n')
  if (end < 0) return error('ERR Invalid script shebang')
  const words = text.slice(0, end).split(' ')
  const engine = words[0] as string
  if (engine !== '#!lua') return error(`ERR Unexpected engine in script shebang: ${engine}`)
  const flags = new Set<string>()
  for (const word of words.slice(1)) {
    if (word === '') continue
    if (!word.startsWith('flags=')) return error(`ERR Unknown lua shebang option: ${word}`)
    const list = word.slice(6)
    for (const flag of list === '' ? [] : list.split(',')) {
      if (!scriptFlags.has(flag)) return error(`ERR Unexpected flag in script shebang: ${flag}`)
      flags.add(flag)
    }
  }
  return flags
}

const badName = error(
  'ERR Library names can only contain letters, numbers, or underscores(_) and must be at least one character long',
)

/** The name that a library gives itself. */
export function libraryNameOf(code: string): string | ErrorReply {
  if (!code.startsWith('#!')) return error('ERR Missing library metadata')
  const end = code.indexOf('\n')
  if (end < 0) return error('ERR Invalid library metadata')
  const words = wordsOf(code.slice(0, end))
  let name: string | null = null
  for (const word of words.slice(1)) {
    if (!word.toLowerCase().startsWith('name=')) {
      return error(`ERR Invalid metadata value given: ${word}`)
    }
    if (name !== null) {
      return error('ERR Invalid metadata value, name argument was given multiple times')
    }
    name = word.slice(5)
  }
  if (name === null) return error('ERR Library name was not given')
  if (!isName(name)) return badName
  const engine = (words[0] ?? '').slice(2)
  if (engine.toLowerCase() !== 'lua') return error(`ERR Engine '${engine}' not found`)
  return name
}

/** Split at blanks outside of double quotes, which go. */
function wordsOf(line: string): string[] {
  const words: string[] = []
  let word = ''
  let isQuoted = false
  for (const char of line) {
    if (char === '"') isQuoted = !isQuoted
    else if (isQuoted || (char !== ' ' && char !== '\t' && char !== '\r')) word += char
    else if (word !== '') {
      words.push(word)
      word = ''
    }
  }
  if (word !== '') words.push(word)
  return words
}

function isName(text: string): boolean {
  if (text === '') return false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    const isLetter = (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95
    if (!isLetter && (code < 48 || code > 57)) return false
  }
  return true
}
