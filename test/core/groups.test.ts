// What the groups of a keyspace share at a member.

import test from 'ava'
import type { Config } from '../../src/api/config.js'
import { commonKeyspaces } from '../../src/core/groups.js'

test('groups: of one keyspace: what stands beside them is one thing, and gives them no turns together', (t) => {
  const keyspaces = [
    { name: 'many', level: 'eventual' },
    { name: 'one', level: 'eventual' },
  ] as unknown as Config['keyspaces']
  const related: string[] = []
  const common = commonKeyspaces(
    { keyspaces },
    (space) => (space === 0 ? 16 : 1),
    (name) => related.push(name),
  )
  const many = common.get('many')
  const made = many?.beside?.(() => ({}))

  t.truthy(made)
  t.is(
    many?.beside?.(() => ({})),
    made,
  )
  t.deepEqual(related, [])
  t.not(
    many?.share(() => ({})),
    made,
  )
  t.deepEqual(related, ['many'])
  t.is(common.get('one'), undefined)
})
