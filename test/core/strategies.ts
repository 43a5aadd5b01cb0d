// The strategies of test worlds.

import eventual from '../../plugins/eventual/index.js'
import raft from '../../plugins/raft/index.js'
import zab from '../../plugins/zab/index.js'
import type { StrategyPlugin } from '../../src/api/strategy.js'

/** One whose members are the same for ever. */
const fixed: StrategyPlugin = {
  ...(zab as StrategyPlugin),
  name: 'fixed',
  supports: { ...zab.supports, members: 'static' },
}

export const strategies: ReadonlyMap<string, StrategyPlugin> = new Map([
  ['raft', raft as StrategyPlugin],
  ['zab', zab as StrategyPlugin],
  ['fixed', fixed],
  ['eventual', eventual as StrategyPlugin],
])
