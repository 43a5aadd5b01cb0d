// Which commands Redis refuses while memory is short, where scripts are among them: those that may grow data,
// and scripts whose own first line does not say that they may run then.

import { splitUser } from '../api/script-user.js'
import type { ScriptWorld } from '../api/scripts.js'
import type { ScriptLibrary } from './script-library.js'
import { scriptFlagsOf } from './script-text.js'

/** `given` as it stands in a batch. */
export function growsData(
  given: readonly string[],
  world: ScriptWorld,
  library: ScriptLibrary,
): boolean {
  const { args } = splitUser(given)
  const flags = flagsOf(args, library)
  if (flags !== null) return isRefusedWhenFull(flags)
  return world.find(args)?.deniesOom === true
}

export function isRefusedWhenFull(flags: readonly string[]): boolean {
  return !flags.includes('no-writes') && !flags.includes('allow-oom')
}

/** Of a script with a first line of its own, or of a function; else null. */
function flagsOf(args: readonly string[], library: ScriptLibrary): readonly string[] | null {
  const what = args[1] ?? ''
  switch (args[0]) {
    case 'eval':
    case 'eval_ro':
      return firstLineOf(what)
    case 'evalsha':
    case 'evalsha_ro':
      return firstLineOf(library.script(what.toLowerCase()) ?? '')
    case 'fcall':
    case 'fcall_ro':
      return library.function(what)?.flags ?? null
    default:
      return null
  }
}

function firstLineOf(text: string): readonly string[] | null {
  const flags = scriptFlagsOf(text)
  return flags === null || 'type' in flags ? null : [...flags]
}
