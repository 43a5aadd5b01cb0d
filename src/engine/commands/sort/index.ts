// SORT and SORT_RO.

import type { EngineCommand } from '../command.js'
import sortRo from './sort-ro.js'
import sort from './sort.js'

export const sortCommands: readonly EngineCommand[] = [sort, sortRo]
