// Loads strategy plugins by their configured name: ours from the plugins folder beside the build, a
// stranger's by its package name. Both take the same checks.

import type { Config } from '../api/config.js'
import type { StrategyPlugin, Supports } from '../api/strategy.js'
import { QuorateError } from '../base/errors.js'

const ours: ReadonlySet<string> = new Set(['raft', 'zab', 'eventual'])

/** The plugins of all keyspaces, by name. `needed` are names that the member needs besides. */
export async function loadStrategies(
  config: Config,
  needed: readonly string[] = ['raft'],
): Promise<ReadonlyMap<string, StrategyPlugin>> {
  const names = new Set([...needed, ...config.keyspaces.map((keyspace) => keyspace.strategy)])
  const loaded = new Map<string, StrategyPlugin>()
  for (const name of names) loaded.set(name, await loadStrategy(name))
  return loaded
}

/** One plugin by its configured name; throws PLUGIN_MISSING or PLUGIN_API. */
export async function loadStrategy(name: string): Promise<StrategyPlugin> {
  const place = ours.has(name)
    ? new URL(`../../plugins/${name}/index.js`, import.meta.url).href
    : name
  let module: { readonly default?: unknown }
  try {
    module = await import(place)
  } catch (cause) {
    const told = cause instanceof Error ? cause.message : String(cause)
    const why = told.replace(/ imported from .*/s, '')
    throw new QuorateError('PLUGIN_MISSING', `strategy '${name}' cannot be loaded: ${why}`, {
      cause,
    })
  }
  return checkPlugin(name, module.default)
}

/** Whether a module's default export is a plugin of an api version that we speak. */
export function checkPlugin(name: string, made: unknown): StrategyPlugin {
  if (!isPlugin(made)) {
    const wanted = 'its default export must be { name, api, supports, parseOptions, create }'
    throw new QuorateError('PLUGIN_API', `strategy '${name}' is not a strategy plugin: ${wanted}`)
  }
  if (made.api !== 1) {
    const sentence = `strategy '${name}' speaks plugin api ${String(made.api)}, supported: 1`
    throw new QuorateError('PLUGIN_API', sentence)
  }
  const lacks = promises.filter((each) => !(each in made.supports))
  if (lacks.length === 0) return made
  const sentence = `strategy '${name}' does not say what it promises: supports lacks ${lacks.join(', ')}`
  throw new QuorateError('PLUGIN_API', sentence)
}

const promises: readonly (keyof Supports)[] = [
  'order',
  'levels',
  'reads',
  'ackMeans',
  'members',
  'durabilities',
  'transfers',
  'learners',
  'eras',
]

function isPlugin(made: unknown): made is StrategyPlugin {
  if (typeof made !== 'object' || made === null) return false
  if (!('name' in made && 'api' in made && 'supports' in made)) return false
  if (!('parseOptions' in made && 'create' in made)) return false
  if (typeof made.supports !== 'object' || made.supports === null) return false
  return typeof made.parseOptions === 'function' && typeof made.create === 'function'
}
