// Lays the settings and users of the configuration over what a router begins with, and says which of them
// it cannot take. The member asks at its start; `quorate start` asks before, and knows the place in the file.

import type { Config } from '../api/config.js'
import type { Users } from './acl/users.js'
import type { Settings } from './settings.js'

/** What the configuration may not say, and why. */
export interface ConfigRefusal {
  readonly path: readonly (string | number)[]
  readonly why: string
  /** Names that could be meant, where there is no such one. */
  readonly allowed: readonly string[]
}

export function applyConfig(
  config: Pick<Config, 'settings' | 'users' | 'aclFile'>,
  settings: Settings,
  users: Users,
): ConfigRefusal | null {
  for (const [name, value] of config.settings) {
    const fault = settings.set(new Map([[name.toLowerCase(), value]]))
    if (fault === null) continue
    const isUnknown = settings.get(fault.name) === undefined
    return {
      path: ['settings', name],
      why: fault.why,
      allowed: isUnknown ? [...settings.names()] : [],
    }
  }
  settings.forgetChanges()
  if (config.users === null) return null
  const lines = config.users.map((user, index) => ({ line: index + 1, user }))
  const place = config.aclFile ?? 'users'
  const made = users.read(lines, place)
  if (typeof made !== 'string') {
    users.replace(made)
    return null
  }
  if (config.aclFile !== null) return { path: ['security', 'acl-file'], why: made, allowed: [] }
  const index = lines.findIndex((line) => typeof users.read([line], place) === 'string')
  return { path: index < 0 ? ['users'] : ['users', index, 'rules'], why: made, allowed: [] }
}
