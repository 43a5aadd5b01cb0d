// Every broken twin is refused by the case that is meant for it, says why, and by no other.

import test from 'ava'
import { refusals } from './conformance.js'
import { twins } from './twins.js'

for (const { name, plugin, refusedBy, because, also = [], shakesAll = false } of twins) {
  test(`twin: ${name}: refused by the case for it`, (t) => {
    const refused = refusals({ plugin, options: { tailBytes: 1_024 }, seeds: 0 })

    t.regex(refused.get(refusedBy) ?? 'passed', because)
    if (shakesAll) return
    t.deepEqual([...refused.keys()].sort(), [refusedBy, ...also].sort())
  })
}
