// What scripts and functions say of themselves, for those that only want to know whether they write.

import type { EngineScripting } from '../api/engine.js'
import { hidden } from '../api/scripts.js'
import { functionOf } from './script-library.js'
import { scriptFlagsOf } from './script-text.js'

/** Whether the script or function of a command has the flag `no-writes`; false where it is not known. */
export function isReadOnlyScript(scripting: EngineScripting, args: readonly string[]): boolean {
  const [command = '', name = ''] = args
  if (command.toLowerCase().startsWith('fcall')) {
    return functionOf(scripting, name)?.flags.includes('no-writes') === true
  }
  const isSha = command.toLowerCase().startsWith('evalsha')
  const text = isSha ? scripting.find(hidden.scripts, name.toLowerCase()) : name
  const flags = scriptFlagsOf(text ?? '')
  return flags !== null && !('type' in flags) && flags.has('no-writes')
}
