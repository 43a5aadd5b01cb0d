// SCRIPT: every group keeps scripts for itself, so that a load goes to all of them.

import { error } from '../../../api/replies.js'
import { ok } from '../../../api/reply.js'
import { family } from '../../family.js'
import { container, specs } from '../../specs/script.js'
import type { Run } from '../../state.js'
import { endRunning } from './parts.js'

const noDebugger = error('ERR SCRIPT DEBUG is not supported: scripts run at the leader of a group')
const debugModes = error('ERR Use SCRIPT DEBUG YES/SYNC/NO')

const debug: Run = (_session, args) => {
  const mode = (args[2] as string).toLowerCase()
  if (mode === 'no') return ok
  return mode === 'yes' || mode === 'sync' ? noDebugger : debugModes
}

const kill: Run = (_session, _args, state) => endRunning(state, 'script')

export const script = family(container, specs, {
  lines: [
    'DEBUG (YES|SYNC|NO)',
    '    Set the debug mode for subsequent scripts executed.',
    'EXISTS <sha1> [<sha1> ...]',
    '    Return information about the existence of the scripts in the script cache.',
    'FLUSH [ASYNC|SYNC]',
    '    Flush the Lua scripts cache. Very dangerous on replicas.',
    '    When called without the optional mode argument, the behavior is determined by the',
    '    lazyfree-lazy-user-flush configuration directive. Valid modes are:',
    '    * ASYNC: Asynchronously flush the scripts cache.',
    '    * SYNC: Synchronously flush the scripts cache.',
    'KILL',
    '    Kill the currently executing Lua script.',
    'LOAD <script>',
    '    Load a script into the scripts cache without executing it.',
  ],
  runs: { debug, exists: 'group', flush: 'group', kill, load: 'group' },
})
