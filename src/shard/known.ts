// A command of an entry that this build does not have: members of a later version wrote it. What this one would
// answer others do not, so nothing is executed any more.

import type { Engine, Execution } from '../api/engine.js'
import { keepSettingsName } from '../api/group-settings.js'
import { isError } from '../api/reply.js'

/** Asked of errors only, which are rare. */
export function isUnknown(engine: Engine, args: readonly string[], reply: Execution): boolean {
  if (typeof reply === 'symbol' || !isError(reply)) return false
  const name = args[0] ?? ''
  return !engine.commands.has(name) && name !== keepSettingsName
}
