// The commands on HyperLogLogs.

import type { EngineCommand } from '../command.js'
import pfadd from './pfadd.js'
import pfcount from './pfcount.js'
import pfdebug from './pfdebug.js'
import pfmerge from './pfmerge.js'
import pfselftest from './pfselftest.js'

export const hyperloglogCommands: readonly EngineCommand[] = [
  pfadd,
  pfcount,
  pfdebug,
  pfmerge,
  pfselftest,
]
