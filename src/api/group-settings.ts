// Settings that CONFIG SET changes for the whole cluster: each group keeps them in its own data, so that
// they outlive restarts and leaders. One command of the log that no client can send carries them.

import type { CommandSpec } from './command.js'
import type { EvictionPolicy } from './eviction.js'

/** Null where it was never set: what the file says holds. */
export interface GroupSettings {
  /** Bytes of all data on a member, 0 for no bound. */
  readonly maxMemory: number | null
  readonly policy: EvictionPolicy | null
  /** Keys of which the best one is evicted. */
  readonly samples: number | null
}

const names: ReadonlySet<string> = new Set(['maxmemory', 'maxmemory-policy', 'maxmemory-samples'])

export function isGroupSetting(name: string): boolean {
  return names.has(name)
}

/** Arguments behind the name: names of settings and their values. */
export const keepSettingsName = '\x01settings'

export const keepSettingsSpec: CommandSpec = {
  name: keepSettingsName,
  arity: -3,
  flags: ['write'],
  group: 'server',
  since: '',
  summary: '',
  complexity: '',
  categories: [],
  tips: [],
  keys: [],
  arguments: [],
  gather: 'each',
}
