// The suite over the plugins of this repository.

import test from 'ava'
import type { StrategyPlugin } from 'quorate/plugin'
import eventual from '../../plugins/eventual/index.js'
import raft from '../../plugins/raft/index.js'
import zab from '../../plugins/zab/index.js'
import { conformance } from './conformance.js'

conformance({ test, plugin: raft as StrategyPlugin, options: { keepBytes: 0, tailBytes: 1_024 } })
conformance({ test, plugin: zab as StrategyPlugin, options: { keepBytes: 0, tailBytes: 1_024 } })
conformance({
  test,
  plugin: eventual as StrategyPlugin,
  options: { idleMs: 100, tailBytes: 1_024 },
})
