// The raft strategy: one totally ordered log, linearizable, a majority of voters on disk before an
// answer. Loaded by name; the shard drives what `create` answers.

import type { Strategy, StrategyInit, StrategyPlugin } from 'quorate/plugin'
import { parseOptions, raftDefaults, type RaftOptions } from './options.js'
import { RaftStrategy } from './strategy.js'

const plugin: StrategyPlugin<RaftOptions> = {
  name: 'raft',
  api: 1,
  supports: {
    order: 'total',
    levels: ['strong', 'sequential'],
    reads: ['linearizable', 'sequential', 'local'],
    ackMeans: 'quorum',
    members: 'joint',
    durabilities: ['always', 'everysec', 'none'],
    transfers: true,
    learners: true,
    eras: true,
  },
  defaults: raftDefaults,
  parseOptions,
  create: (init: StrategyInit<RaftOptions>): Strategy => new RaftStrategy(init),
}

export default plugin
