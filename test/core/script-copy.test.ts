// Scripts for a group that was added: loads that are refused at once.

import test from 'ava'
import type { Group, GroupCall, Lane } from '../../src/api/group.js'
import { hidden } from '../../src/api/scripts.js'
import { error } from '../../src/api/replies.js'
import type { Reply } from '../../src/api/reply.js'
import { ScriptCopy } from '../../src/core/script-copy.js'

test('scripts for a group that was added: one that takes none for now is asked again later', (t) => {
  let reply: Reply = error('BUSY a script runs')
  let asked = 0
  const submit = ({ caller }: Lane, { ticket }: GroupCall): void => {
    if (++asked > 1_000) throw new Error('asked for ever in one turn')
    caller.answer(ticket, reply)
  }
  const scripting = {
    keys: (database: number) => (database === hidden.scripts ? ['a', 'b'] : []),
    find: (_database: number, key: string) => `return '${key}'`,
  }
  const copy = new ScriptCopy({
    engine: { scripting } as never,
    target: { submit } as Partial<Group> as Group,
    specOf: () => ({}) as never,
  })
  t.false(copy.turn({ mono: 1_000 }))
  t.true(asked <= 16)
  const before = asked
  t.false(copy.turn({ mono: 1_001 }))
  t.is(asked, before)
  t.is(copy.wakeAt(), 1_100)
  reply = '+OK'
  t.true(copy.turn({ mono: 1_100 }))
})
