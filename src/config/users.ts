// Users and settings of the file as the router takes them. Users come from the file itself or from the file of
// users that it names; what their rules mean is the router's to judge.

import { Buffer } from 'node:buffer'
import { readFileSync } from 'node:fs'
import type { UserRules } from '../api/config.js'
import { readUserLines } from '../api/user-lines.js'
import { ConfigError } from '../base/errors.js'
import type { RawConfig } from './schema.js'
import type { TreePath } from './source.js'

type Fail = (path: TreePath, given: unknown, allowed: string) => ConfigError

/** Text of the file as clients send it: one character for each byte of UTF-8. */
export function oneByte(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}

/** A setting as CONFIG SET takes it. */
export function writeSetting(value: string | number | boolean): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return oneByte(String(value))
}

export function resolveUsers(raw: RawConfig, fail: Fail): readonly UserRules[] | null {
  const path = raw.security['acl-file']
  if (path === null) {
    if (raw.users.length === 0) return null
    return raw.users.map(({ name, rules }) => ({ name: oneByte(name), rules: oneByte(rules) }))
  }
  const option = ['security', 'acl-file']
  if (raw.users.length > 0) throw fail(option, path, 'null where `users` are given')
  let text: string
  try {
    text = readFileSync(path, 'latin1')
  } catch {
    throw fail(option, path, 'a file that can be read (it may be empty)')
  }
  const made: UserRules[] = []
  for (const { line, user } of readUserLines(text)) {
    if (user === null) {
      throw new ConfigError({
        file: path,
        line,
        option: 'the line',
        given: 'something else',
        allowed: '`user`, a name and rules',
      })
    }
    made.push(user)
  }
  return made
}
