// What a file of a command exports: its declarative spec and the code that runs it.

import type { CommandSpec } from '../../api/command.js'
import type { later } from '../../api/engine.js'
import type { Reply } from '../../api/reply.js'
import type { Context } from '../context.js'

export type Execute = (context: Context, args: readonly string[]) => Reply | typeof later

export interface EngineCommand extends CommandSpec {
  /** Total: the count of arguments was checked, whatever the bytes it answers and never throws. */
  readonly execute: Execute
}
