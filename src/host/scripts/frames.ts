// `return redis.call(...)` in parentheses. In Redis these are functions of C, which leave the frame of
// their caller alone; ours are of Lua, for which a call behind `return` takes the caller's place, and
// with it the line that an error names. They answer one value, so that parentheses change nothing.

const ends: ReadonlySet<string> = new Set(['', ';', 'end', 'else', 'elseif', 'until'])

interface Token {
  readonly text: string
  readonly from: number
  readonly to: number
}

export function keepFrames(code: string): string {
  if (!code.includes('redis')) return code
  const tokens = tokensOf(code)
  let made = ''
  let done = 0
  for (let i = 0; i + 4 < tokens.length; i++) {
    if (textAt(tokens, i) !== 'return' || textAt(tokens, i + 1) !== 'redis') continue
    if (textAt(tokens, i + 2) !== '.' || textAt(tokens, i + 4) !== '(') continue
    const close = closing(tokens, i + 4)
    if (close < 0 || !ends.has(textAt(tokens, close + 1))) continue
    const start = (tokens[i + 1] as Token).from
    const end = (tokens[close] as Token).to
    if (start < done) continue
    made += `${code.slice(done, start)}(${code.slice(start, end)})`
    done = end
  }
  return made + code.slice(done)
}

function textAt(tokens: readonly Token[], at: number): string {
  return tokens[at]?.text ?? ''
}

/** Index of the parenthesis that closes the one at `open`, or -1. */
function closing(tokens: readonly Token[], open: number): number {
  let depth = 0
  for (let i = open; i < tokens.length; i++) {
    const text = textAt(tokens, i)
    if (text === '(') depth++
    else if (text === ')' && --depth === 0) return i
  }
  return -1
}

/** Words, and everything else by single characters; strings as one, blanks and comments not at all. */
function tokensOf(code: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < code.length) {
    const from = at
    const char = code[at] as string
    if (char <= ' ') at++
    else if (char === '-' && code[at + 1] === '-') at = endOfComment(code, at + 2)
    else {
      if (char === '"' || char === "'") at = endOfString(code, at)
      else if (char === '[' && levelAt(code, at) >= 0) at = endOfLong(code, at)
      else if (isOfWord(char)) while (at < code.length && isOfWord(code[at] as string)) at++
      else at++
      tokens.push({ text: code.slice(from, Math.min(at, from + 16)), from, to: at })
    }
  }
  return tokens
}

function endOfComment(code: string, at: number): number {
  if (code[at] === '[' && levelAt(code, at) >= 0) return endOfLong(code, at)
  const end = code.indexOf('\n', at)
  return end < 0 ? code.length : end
}

function endOfString(code: string, from: number): number {
  for (let at = from + 1; at < code.length; at++) {
    if (code[at] === '\\') at++
    else if (code[at] === code[from] || code[at] === '\n') return at + 1
  }
  return code.length
}

/** Of a long bracket that opens at `at`: how many equals signs it has, or -1 where none opens. */
function levelAt(code: string, at: number): number {
  let level = 0
  while (code[at + 1 + level] === '=') level++
  return code[at + 1 + level] === '[' ? level : -1
}

function endOfLong(code: string, at: number): number {
  const close = `]${'='.repeat(levelAt(code, at))}]`
  const end = code.indexOf(close, at)
  return end < 0 ? code.length : end + close.length
}

function isOfWord(char: string): boolean {
  return (char >= 'a' && char <= 'z') || (char >= 'A' && char <= 'Z') || isRest(char)
}

function isRest(char: string): boolean {
  return (char >= '0' && char <= '9') || char === '_'
}
