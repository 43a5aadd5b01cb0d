// What a loaded configuration asks of its strategies and of the router, checked before a member starts.

import type { StrategyPlugin } from '../api/strategy.js'
import { QuorateError } from '../base/errors.js'
import type { LoadedConfig } from '../config/load.js'
import { checkStrategies, type Strategies, strategyRefused } from '../config/strategies.js'
import { loadStrategy } from '../host/plugins.js'
import { checkRedisOptions } from './redis-options.js'

/** Throws ConfigError with the place of what cannot be. */
export async function checkConfig(loaded: LoadedConfig): Promise<void> {
  checkRedisOptions(loaded)
  checkStrategies(loaded, await loadNamed(loaded))
}

/** The strategies of all keyspaces; throws ConfigError with the place of one that cannot be loaded. */
async function loadNamed(loaded: LoadedConfig): Promise<Strategies> {
  const plugins = new Map<string, StrategyPlugin>()
  for (const keyspace of loaded.config.keyspaces) {
    try {
      plugins.set(keyspace.strategy, await loadStrategy(keyspace.strategy))
    } catch (error) {
      if (!(error instanceof QuorateError)) throw error
      throw strategyRefused(loaded, keyspace, error.message)
    }
  }
  return plugins
}
