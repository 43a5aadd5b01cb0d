// Rules as they come in arguments or from a line: a selector in parentheses may be spread over several
// of them.

/** One rule each, selectors whole. Text: what is wrong, in Redis' words. */
export function readRules(words: readonly string[]): readonly string[] | string {
  const rules: string[] = []
  let open: string | null = null
  for (const word of words) {
    if (open !== null) {
      open += ` ${word}`
      if (!word.endsWith(')')) continue
      rules.push(open)
      open = null
    } else if (word.startsWith('(') && !word.endsWith(')')) open = word
    else rules.push(word)
  }
  if (open === null) return rules
  const first = open.indexOf(' ')
  const start = first < 0 ? open : open.slice(0, first)
  return `Unmatched parenthesis in acl selector starting at '${start}'.`
}
