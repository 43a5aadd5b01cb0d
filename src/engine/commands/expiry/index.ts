// The commands on times to live.

import type { EngineCommand } from '../command.js'
import expire from './expire.js'
import expireat from './expireat.js'
import expiretime from './expiretime.js'
import persist from './persist.js'
import pexpire from './pexpire.js'
import pexpireat from './pexpireat.js'
import pexpiretime from './pexpiretime.js'
import pttl from './pttl.js'
import ttl from './ttl.js'

export const expiryCommands: readonly EngineCommand[] = [
  expire,
  expireat,
  expiretime,
  persist,
  pexpire,
  pexpireat,
  pexpiretime,
  pttl,
  ttl,
]
