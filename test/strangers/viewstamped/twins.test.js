// Every broken twin is refused by the case that is meant for it, says why, and by no other.

import assert from 'node:assert/strict'
import test from 'node:test'
import { refusals } from 'quorate/testkit'
import { twins } from './twins.js'

for (const { name, plugin, refusedBy, because, also = [], shakesAll = false } of twins) {
  test(`a twin that ${name}: is refused by the case for it`, () => {
    const refused = refusals({ plugin, seeds: 0 })

    assert.match(refused.get(refusedBy) ?? 'passed', because)
    if (shakesAll) return
    assert.deepEqual([...refused.keys()].sort(), [refusedBy, ...also].sort())
  })
}
