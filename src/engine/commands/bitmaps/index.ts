// The commands on bits of strings.

import type { EngineCommand } from '../command.js'
import bitcount from './bitcount.js'
import bitfieldRo from './bitfield-ro.js'
import bitfield from './bitfield.js'
import bitop from './bitop.js'
import bitpos from './bitpos.js'
import getbit from './getbit.js'
import setbit from './setbit.js'

export const bitmapsCommands: readonly EngineCommand[] = [
  bitcount,
  bitfield,
  bitfieldRo,
  bitop,
  bitpos,
  getbit,
  setbit,
]
