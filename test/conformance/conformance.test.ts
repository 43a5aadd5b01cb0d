// The suite itself: what it registers, and with whom.

import test from 'ava'
import type { StrategyPlugin } from 'quorate/plugin'
import raft from '../../plugins/raft/index.js'
import { casesOf, conformance } from './conformance.js'

const plugin = raft as StrategyPlugin

test('conformance: supports: calls for its cases, and for the refusal of what it leaves out', (t) => {
  const modest: StrategyPlugin = {
    ...plugin,
    supports: { ...plugin.supports, transfers: false, learners: false, eras: false },
  }

  const all = casesOf(plugin).map(({ name }) => name)
  const fewer = casesOf(modest).map(({ name }) => name)

  t.true(all.some((name) => name.startsWith('learners:')))
  t.false(fewer.some((name) => name.startsWith('learners:') || name.startsWith('eras:')))
  t.true(fewer.some((name) => name.includes('a transfer where none is promised')))
})

test('conformance: a runner: gets a title and a function without parameters for each case', (t) => {
  const titles: string[] = []
  conformance({
    plugin,
    test: (title, run) => {
      titles.push(title)
      t.is(run.length, 0, 'a runner that counts parameters would wait for a callback')
    },
  })

  t.is(new Set(titles).size, casesOf(plugin).length)
})
