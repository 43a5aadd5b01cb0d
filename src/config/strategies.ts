// Loads the strategy plugins that a configuration names: ours and a stranger's take the same road, a
// dynamic import by name. Refuses an unknown api version, options and levels that a plugin does not have.

import type { KeyspaceConfig } from '../api/config.js'
import type { StrategyPlugin } from '../api/strategy.js'
import { ConfigError, QuorateError } from '../base/errors.js'
import type { LoadedConfig } from './load.js'
import type { Source } from './source.js'

export type Strategies = ReadonlyMap<string, StrategyPlugin>

/** Each strategy that a keyspace names, loaded and checked, by name. */
export async function loadStrategies({ config, source }: LoadedConfig): Promise<Strategies> {
  const loaded = new Map<string, StrategyPlugin>()
  for (const { strategy } of config.keyspaces) {
    if (!loaded.has(strategy)) loaded.set(strategy, await loadStrategy(strategy))
  }
  checkStrategies({ config, source }, loaded)
  return loaded
}

/** Whether each keyspace's level and options suit its strategy; throws ConfigError where not. */
export function checkStrategies({ config, source }: LoadedConfig, plugins: Strategies): void {
  for (const keyspace of config.keyspaces) {
    const plugin = plugins.get(keyspace.strategy)
    if (plugin === undefined) throw missing(keyspace.strategy, 'it was not loaded')
    const at = placeOfKeyspace(keyspace, source)
    checkLevel(keyspace, plugin, at)
    try {
      plugin.parseOptions(keyspace.options)
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      throw at.fault(`options.${error.fault.option}`, error.fault.given, error.fault.allowed)
    }
  }
}

interface KeyspacePlace {
  fault(option: string, given: string, allowed: string): ConfigError
}

function placeOfKeyspace(keyspace: KeyspaceConfig, source: Source): KeyspacePlace {
  const list = source.valueAt(['keyspaces'])
  const index = Array.isArray(list) ? list.findIndex((each) => nameOf(each) === keyspace.name) : -1
  return {
    fault(option, given, allowed) {
      const path = index < 0 ? ['keyspaces'] : ['keyspaces', index, ...option.split('.')]
      const named =
        index < 0 ? `keyspace ${keyspace.name}: ${option}` : `keyspaces[${index}].${option}`
      return new ConfigError({ ...source.placeOf(path), option: named, given, allowed })
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

async function loadStrategy(name: string): Promise<StrategyPlugin> {
  const module: unknown = await importStrategy(name)
  const plugin = readDefault(module)
  if (!isPlugin(plugin)) throw missing(name, 'its default export is not a strategy plugin')
  if (plugin.api !== 1) {
    throw new QuorateError(
      'PLUGIN_API',
      `strategy ${name}: speaks plugin api ${String(plugin.api)}, this Quorate speaks 1`,
    )
  }
  return plugin
}

async function importStrategy(name: string): Promise<unknown> {
  const shipped = /^[a-z][a-z0-9-]*$/.test(name)
    ? new URL(`../../plugins/${name}/index.js`, import.meta.url).href
    : null
  for (const specifier of shipped === null ? [name] : [shipped, name]) {
    try {
      return await import(specifier)
    } catch (error) {
      if (!isNotFound(error))
        throw missing(name, error instanceof Error ? error.message : String(error))
    }
  }
  throw missing(name, 'neither a shipped strategy nor an installed package')
}

function isNotFound(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND'
}

function readDefault(module: unknown): unknown {
  return typeof module === 'object' && module !== null && 'default' in module
    ? module.default
    : null
}

function isPlugin(value: unknown): value is StrategyPlugin {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    'api' in value &&
    'supports' in value &&
    'create' in value &&
    typeof value.create === 'function'
  )
}

function missing(name: string, why: string): QuorateError {
  return new QuorateError('PLUGIN_MISSING', `strategy ${name}: cannot be loaded, ${why}`)
}
