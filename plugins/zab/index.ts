// The zab strategy: one totally ordered log, a quorum of voters on disk before an answer, reads at any
// member in that order. Loaded by name; the shard drives what `create` answers.

import type { Strategy, StrategyInit, StrategyPlugin } from 'quorate/plugin'
import { parseOptions, zabDefaults, type ZabOptions } from './options.js'
import { ZabStrategy } from './zab.js'

const plugin: StrategyPlugin<ZabOptions> = {
  name: 'zab',
  api: 1,
  supports: {
    order: 'total',
    levels: ['sequential', 'strong'],
    reads: ['linearizable', 'sequential', 'local'],
    ackMeans: 'quorum',
    members: 'joint',
    durabilities: ['always', 'everysec', 'none'],
    transfers: true,
    learners: true,
    eras: true,
  },
  defaults: zabDefaults,
  parseOptions,
  create: (init: StrategyInit<ZabOptions>): Strategy => new ZabStrategy(init),
}

export default plugin
