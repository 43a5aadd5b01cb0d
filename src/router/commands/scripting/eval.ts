// EVAL, EVALSHA, FCALL and those that only read: the leader of their group runs them.

import * as specs from '../../specs/eval.js'
import type { RouterCommand } from '../../command.js'

export const evalCommands: readonly RouterCommand[] = [
  specs.evalScript,
  specs.evalRo,
  specs.evalSha,
  specs.evalShaRo,
  specs.fcall,
  specs.fcallRo,
]
