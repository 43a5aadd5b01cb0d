// A command of an entry that this build does not have: members of a later version wrote it. What this one would
// answer others do not, so nothing is executed any more.

import type { Engine, Execution } from '../api/engine.js'
import { keepSettingsName } from '../api/group-settings.js'
import { isError } from '../api/reply.js'

/** Asked of errors only, which are rare. */
export function isUnknown(engine: Engine, args: readonly string[], reply: Execution): boolean {
  return typeof reply !== 'symbol' && isError(reply) && !isKnown(engine, args[0] ?? '')
}

export function isKnown(engine: Engine, name: string): boolean {
  return engine.commands.has(name) || name === keepSettingsName
}

export function unknownIn(command: string | undefined): string {
  return `an entry has the command ${command}, which this version does not know`
}
