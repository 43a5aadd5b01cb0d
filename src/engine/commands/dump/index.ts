// DUMP and RESTORE.

import type { EngineCommand } from '../command.js'
import dump from './dump.js'
import restoreAsking from './restore-asking.js'
import restore from './restore.js'

export const dumpCommands: readonly EngineCommand[] = [dump, restore, restoreAsking]
