// The simulator's hook for any plugin.

import test from 'ava'
import type { StrategyPlugin } from 'quorate/plugin'
import raft from '../../plugins/raft/index.js'
import { changed } from '../conformance/delegate.js'
import { simulate, simulateSeed } from './simulate.js'

const plugin: StrategyPlugin = { ...(raft as StrategyPlugin), name: 'renamed' }

simulate({ test, plugin, seeds: 3 })

test('simulate: a plugin that acknowledges before its disk has it: some seed breaks, and says where', (t) => {
  const hasty = changed(plugin, (strategy) => ({
    ready() {
      const ready = strategy.ready()
      if (ready === null) return null
      const { sendNow, sendAfterWrite } = ready
      return { ...ready, sendNow: [...sendNow, ...sendAfterWrite], sendAfterWrite: [] }
    },
  }))

  let failure: string | null = null
  for (let seed = 1; seed <= 10 && failure === null; seed++)
    failure = simulateSeed(seed, { plugin: hasty })

  t.regex(failure ?? 'nothing broke', /^seed \d+ breaks [a-z-]+ at step \d+\n/)
})
