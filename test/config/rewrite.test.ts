// CONFIG REWRITE: what changes in the text, and what stays.

import test from 'ava'
import { parse } from 'yaml'
import { rewriteConfig } from '../../src/config/rewrite.js'

const text = `# Of the operator.
cluster: mine   # its name
security:
  # Secret.
  password: old
members:
  - id: 1 # the first
`

test('rewrite: a value that is there and new ones: comments and order stay', (t) => {
  const made = rewriteConfig(text, [
    [['security', 'password'], 'n: "ew\n#'],
    [['settings', 'timeout'], '300'],
    [['users'], [{ name: 'a', rules: 'on \xc3\xa4' }]],
  ])

  t.deepEqual(parse(made), {
    cluster: 'mine',
    security: { password: 'n: "ew\n#' },
    members: [{ id: 1 }],
    settings: { timeout: '300' },
    users: [{ name: 'a', rules: 'on ä' }],
  })
  for (const comment of ['# Of the operator.', '# its name', '# Secret.', '# the first']) {
    t.true(made.includes(comment))
  }
})

test('rewrite: nothing to change: the same text', (t) => {
  t.is(rewriteConfig('a: 1 # x\n', []), 'a: 1 # x\n')
})

test('rewrite: text that is not yaml: refused', (t) => {
  t.throws(() => rewriteConfig('a: [', []), { message: /not valid YAML/ })
})
