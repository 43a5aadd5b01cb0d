// Words for the arguments of commands that many of them share, as COMMAND DOCS tells of them.

import type { ArgumentDoc } from './command.js'

/** One of several words; each is its own token, in capitals. */
export function oneOf(
  name: string,
  words: readonly string[],
  more: Partial<ArgumentDoc> = {},
): ArgumentDoc {
  return {
    name,
    type: 'oneof',
    ...more,
    arguments: words.map((word) => ({
      name: word,
      type: 'pure-token',
      token: word.toUpperCase(),
    })),
  }
}
