// Holds the configuration against the strategy plugins that it names: refuses levels that a plugin
// does not promise and options that it does not know, with the place in the file.

import type { KeyspaceConfig } from '../api/config.js'
import type { StrategyPlugin } from '../api/strategy.js'
import { assert } from '../base/assert.js'
import { ConfigError } from '../base/errors.js'
import type { LoadedConfig } from './load.js'
import type { Source } from './source.js'

export type Strategies = ReadonlyMap<string, StrategyPlugin>

/** Whether each keyspace's level and options suit its strategy; throws ConfigError where not. */
export function checkStrategies({ config, source }: LoadedConfig, plugins: Strategies): void {
  for (const keyspace of config.keyspaces) {
    const plugin = plugins.get(keyspace.strategy)
    assert(plugin !== undefined, 'the strategy of every keyspace was loaded')
    const at = placeOfKeyspace(keyspace, source)
    checkLevel(keyspace, plugin, at)
    checkDurability(keyspace, plugin, at)
    const merges = plugin.supports.order !== 'total'
    if (config.shardGroups !== undefined && merges && keyspace.level === 'causal') {
      throw source.fault(
        ['shards'],
        `shard groups of some of the members, with keyspace ${keyspace.name} at level ${keyspace.level}`,
        'a number, or all members with equal weights in each, where a keyspace is causal',
      )
    }
    try {
      plugin.parseOptions(keyspace.options)
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      throw at.fault(`options.${error.fault.option}`, error.fault.given, error.fault.allowed)
    }
  }
}

/** A keyspace names a strategy that cannot be loaded; `why` says what was tried. */
export function strategyRefused(
  { source }: LoadedConfig,
  keyspace: KeyspaceConfig,
  why: string,
): ConfigError {
  const allowed = `raft, zab, eventual, or the name of an installed package with a strategy (${why})`
  return placeOfKeyspace(keyspace, source).fault('strategy', keyspace.strategy, allowed)
}

interface KeyspacePlace {
  fault(option: string, given: string, allowed: string): ConfigError
}

function placeOfKeyspace(keyspace: KeyspaceConfig, source: Source): KeyspacePlace {
  const list = source.valueAt(['keyspaces'])
  const index = Array.isArray(list) ? list.findIndex((each) => nameOf(each) === keyspace.name) : -1
  return {
    fault(option, given, allowed) {
      if (index >= 0)
        return source.fault(['keyspaces', index, ...option.split('.')], given, allowed)
      const named = `keyspace ${keyspace.name}: ${option}`
      return new ConfigError({ ...source.placeOf(['keyspaces']), option: named, given, allowed })
    },
  }
}

function nameOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'name' in value ? value.name : 'default'
}

function checkLevel(keyspace: KeyspaceConfig, plugin: StrategyPlugin, at: KeyspacePlace): void {
  if (plugin.supports.levels.includes(keyspace.level)) return
  throw at.fault(
    'level',
    `${keyspace.level} with strategy ${plugin.name}`,
    `levels of ${plugin.name}: ${plugin.supports.levels.join(', ')}`,
  )
}

function checkDurability(
  keyspace: KeyspaceConfig,
  plugin: StrategyPlugin,
  at: KeyspacePlace,
): void {
  if (plugin.supports.durabilities.includes(keyspace.durability)) return
  throw at.fault(
    'durability',
    `${keyspace.durability} with strategy ${plugin.name}`,
    `durabilities of ${plugin.name}: ${plugin.supports.durabilities.join(', ')}`,
  )
}
