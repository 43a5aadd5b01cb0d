// The eventual strategy: every member takes writes at once and sends what they changed to the others, who
// merge it. Loaded by name; the shard drives what `create` answers.

import type { Strategy, StrategyInit, StrategyPlugin } from 'quorate/plugin'
import { eventualDefaults, type EventualOptions, parseOptions } from './options.js'
import { EventualStrategy } from './strategy.js'

const plugin: StrategyPlugin<EventualOptions> = {
  name: 'eventual',
  api: 1,
  supports: {
    order: 'causal',
    levels: ['causal', 'eventual'],
    reads: ['causal', 'local'],
    ackMeans: 'local',
    members: 'followed',
    durabilities: ['always', 'everysec', 'none'],
    transfers: false,
    learners: true,
    eras: false,
  },
  defaults: eventualDefaults,
  parseOptions,
  create: (init: StrategyInit<EventualOptions>): Strategy => new EventualStrategy(init),
}

export default plugin
