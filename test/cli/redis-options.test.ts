// Settings and users of the file: what the router would refuse is refused before, with its place.

import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { ConfigError } from '../../src/base/errors.js'
import { loadConfig } from '../../src/config/load.js'
import { checkRedisOptions } from '../../src/cli/redis-options.js'

/** What is said of a file with this text, `q.yaml`, and of a file of users beside it; empty where it is taken. */
function refusal(text: string, users = ''): string {
  const directory = mkdtempSync(join(tmpdir(), 'quorate-redis-options-'))
  const file = join(directory, 'q.yaml')
  const usersFile = join(directory, 'users.acl')
  writeFileSync(usersFile, users)
  writeFileSync(file, text.replace('USERS', usersFile))
  try {
    checkRedisOptions(loadConfig({ file }))
    return ''
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.message.replaceAll(`${directory}/`, '')
  }
}

const unknownRule =
  "Error in applying operation '+@nosuch': Unknown command or category name in ACL"

const cases: readonly (readonly [name: string, text: string, refusal: string, users?: string])[] = [
  [
    'settings and users that are right',
    'settings: { timeout: 7 }\nusers: [{ name: a, rules: on +@all }]',
    '',
  ],
  [
    'a setting of a wrong kind',
    'settings:\n  timeout: abc',
    'q.yaml:2: settings.timeout: given "abc", allowed: what CONFIG SET takes (argument couldn\'t be parsed into an integer)',
  ],
  [
    'a mistyped setting',
    'settings:\n  timeot: 7',
    'q.yaml:2: settings.timeot: given 7, allowed: what CONFIG SET takes (there is no such setting; did you mean timeout?)',
  ],
  [
    'a setting with an option of its own',
    'settings:\n  Databases: 3',
    "q.yaml:2: settings.Databases: given 3, allowed: what CONFIG SET takes (can't set immutable config)",
  ],
  [
    'a password as a setting with a wrong value',
    'settings:\n  timeout: 7\n  masterauth-x: secret',
    'q.yaml:3: settings.masterauth-x: given (hidden), allowed: what CONFIG SET takes (there is no such setting; did you mean masterauth?)',
  ],
  [
    'rules of the second user',
    'users:\n  - name: a\n    rules: on\n  - name: b\n    rules: on >secret +@nosuch',
    `q.yaml:5: users[1].rules: given (hidden), allowed: what ACL SETUSER takes (${unknownRule})`,
  ],
  [
    'a user twice',
    'users: [{ name: a }, { name: a }]',
    "q.yaml:1: users: given (hidden), allowed: what ACL SETUSER takes (WARNING: Duplicate user 'a' found on line 2)",
  ],
  [
    'rules in the file of users',
    'security:\n  acl-file: USERS',
    `q.yaml:2: security.acl-file: given users.acl, allowed: a file of users that ACL LOAD takes (users.acl:2: ${unknownRule})`,
    'user a on\nuser b on +@nosuch\n',
  ],
]

for (const [name, text, expected, users] of cases) {
  test(`redis options: ${name}: ${expected === '' ? 'taken' : 'refused with the place'}`, (t) => {
    t.is(refusal(text, users), expected)
  })
}
