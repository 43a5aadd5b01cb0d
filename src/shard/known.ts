// A command of an entry that this build does not have: members of a later version wrote it. What this one would
// answer others do not, so nothing is executed any more.

import type { Engine, Execution } from '../api/engine.js'
import { keepSettingsName } from '../api/group-settings.js'
import { isError } from '../api/reply.js'
import type { Delivery } from '../api/strategy.js'

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

/**
 * A slot came from others, who have it still. It is not skipped: what its vector covers and this member does not hold
 * would count as removed.
 */
export function unmergeable({ at, slot }: Pick<Delivery, 'at' | 'slot'>): string {
  const why = `entry ${at.index} cannot be merged: it is malformed, or of a later version`
  return slot === undefined
    ? why
    : `${why}; it is a slot of another member: with an empty directory this member is refilled by the others`
}
