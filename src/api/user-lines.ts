// A file of users, as ACL SAVE writes it: `user NAME RULES`, a line each.

import type { UserRules } from './config.js'

export interface UserLine {
  /** From 1. */
  readonly line: number
  /** Null: the line is something else. */
  readonly user: UserRules | null
}

/** Lines that are not blank. `text` of one-byte characters. */
export function readUserLines(text: string): readonly UserLine[] {
  const made: UserLine[] = []
  text.split('\n').forEach((raw, index) => {
    const line = raw.trim()
    if (line === '') return
    const [word, name, ...rules] = line.split(' ')
    const isUser = word === 'user' && name !== undefined && name !== ''
    made.push({ line: index + 1, user: isUser ? { name, rules: rules.join(' ') } : null })
  })
  return made
}
