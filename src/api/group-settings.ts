// Settings that CONFIG SET changes for the whole cluster: each group keeps them in its own data, so that
// they outlive restarts and leaders. One command of the log that no client can send carries them.

import type { EvictionPolicy } from './eviction.js'
import { internalSpec } from './internal-command.js'

/** Null where it was never set: what the file says holds. */
export interface GroupSettings {
  /** Bytes of all data on a member, 0 for no bound. */
  readonly maxMemory: number | null
  readonly policy: EvictionPolicy | null
  /** Keys of which the best one is evicted. */
  readonly samples: number | null
  readonly sizes: SizeSettings
}

/** Sizes up to which containers are what Redis calls compact, and of a stream's nodes, with its first values. */
export const sizesFirst = {
  'hash-max-listpack-entries': 512,
  'hash-max-listpack-value': 64,
  'set-max-intset-entries': 512,
  'set-max-listpack-entries': 128,
  'set-max-listpack-value': 64,
  'stream-node-max-bytes': 4096,
  'stream-node-max-entries': 100,
  'zset-max-listpack-entries': 128,
  'zset-max-listpack-value': 64,
} as const

export type SizeName = keyof typeof sizesFirst
export type SizeSettings = Readonly<Record<SizeName, number>>

export const sizeNames = Object.keys(sizesFirst) as readonly SizeName[]

export const nothingSet: GroupSettings = {
  maxMemory: null,
  policy: null,
  samples: null,
  sizes: sizesFirst,
}

const names: ReadonlySet<string> = new Set([
  'maxmemory',
  'maxmemory-policy',
  'maxmemory-samples',
  ...sizeNames,
])

export function isGroupSetting(name: string): boolean {
  return names.has(name)
}

/** By the name that CONFIG has for it. */
export function settingOf(settings: GroupSettings, name: string): string | number | null {
  switch (name) {
    case 'maxmemory':
      return settings.maxMemory
    case 'maxmemory-policy':
      return settings.policy
    case 'maxmemory-samples':
      return settings.samples
    default:
      return settings.sizes[name as SizeName] ?? null
  }
}

/** Arguments behind the name: names of settings and their values. */
export const keepSettingsName = '\x01settings'

export const keepSettingsSpec = internalSpec({
  name: keepSettingsName,
  arity: -3,
  flags: ['write'],
  group: 'server',
  gather: 'each',
})
