// The commands on times of hash fields, of Redis 7.4 and 8.0.

import type { EngineCommand } from '../command.js'
import hexpire from './hexpire.js'
import hexpireat from './hexpireat.js'
import hexpiretime from './hexpiretime.js'
import hgetdel from './hgetdel.js'
import hgetex from './hgetex.js'
import hpersist from './hpersist.js'
import hpexpire from './hpexpire.js'
import hpexpireat from './hpexpireat.js'
import hpexpiretime from './hpexpiretime.js'
import hpttl from './hpttl.js'
import hsetex from './hsetex.js'
import httl from './httl.js'

export const fieldsCommands: readonly EngineCommand[] = [
  hexpire,
  hexpireat,
  hexpiretime,
  hgetdel,
  hgetex,
  hpersist,
  hpexpire,
  hpexpireat,
  hpexpiretime,
  hpttl,
  hsetex,
  httl,
]
