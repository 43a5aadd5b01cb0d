// Redis' glob patterns over one-byte strings: * ? [abc] [^a] [a-c] and \x. One place to go back to, the
// last star, is enough since everything else takes exactly one character: no pattern can make it slow
// beyond length of pattern times length of text. Never a RegExp: patterns come from clients.

const star = 42
const question = 63
const open = 91
const backslash = 92
const close = 93
const caret = 94
const dash = 45

/** Whether the whole text fits the pattern; `ignoreCase` folds A-Z only. */
export function globMatch(pattern: string, text: string, ignoreCase = false): boolean {
  // As in Redis no star matches an empty text; KEYS and the like take `*` for everything before they ask.
  if (text === '') return pattern === ''
  let at = 0
  let from = 0
  /** Behind the last star met, and the text offset from which what follows it was tried. */
  let starAt = -1
  let starFrom = 0
  while (from < text.length) {
    const code = pattern.charCodeAt(at)
    if (code === star) {
      starAt = ++at
      starFrom = from
      if (starAt === pattern.length) return true
      continue
    }
    const next = at < pattern.length ? takeOne(pattern, at, text.charCodeAt(from), ignoreCase) : -1
    if (next >= 0) {
      at = next
      from++
    } else if (starAt >= 0) {
      at = starAt
      from = ++starFrom
    } else return false
  }
  while (pattern.charCodeAt(at) === star) at++
  return at === pattern.length
}

/** Offset behind the element at `at`, or -1 where it does not take this character. */
function takeOne(pattern: string, at: number, code: number, ignoreCase: boolean): number {
  const first = pattern.charCodeAt(at)
  if (first === question) return at + 1
  if (first === open) return takeClass(pattern, at + 1, code, ignoreCase)
  const escaped = first === backslash && at + 1 < pattern.length
  const wanted = escaped ? pattern.charCodeAt(at + 1) : first
  if (fold(wanted, ignoreCase) !== fold(code, ignoreCase)) return -1
  return at + (escaped ? 2 : 1)
}

/** The class whose `[` stands before `at`. One without `]` ends with the pattern, as in Redis. */
function takeClass(pattern: string, at: number, code: number, ignoreCase: boolean): number {
  const wanted = fold(code, ignoreCase)
  const end = pattern.length
  const negated = pattern.charCodeAt(at) === caret
  let next = negated ? at + 1 : at
  let found = false
  while (next < end && pattern.charCodeAt(next) !== close) {
    let low = pattern.charCodeAt(next)
    let high = low
    if (low === backslash && next + 1 < end) {
      low = high = pattern.charCodeAt(++next)
    } else if (next + 2 < end && pattern.charCodeAt(next + 1) === dash) {
      next += 2
      high = pattern.charCodeAt(next)
    }
    low = fold(low, ignoreCase)
    high = fold(high, ignoreCase)
    if (low <= high ? wanted >= low && wanted <= high : wanted >= high && wanted <= low)
      found = true
    next++
  }
  if (found === negated) return -1
  return next < end ? next + 1 : end
}

function fold(code: number, ignoreCase: boolean): number {
  return ignoreCase && code >= 65 && code <= 90 ? code + 32 : code
}
