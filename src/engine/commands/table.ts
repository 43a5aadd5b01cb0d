// Every command of the engine by its lower-case name.

import type { EngineCommand } from './command.js'
import { expiryCommands } from './expiry/index.js'
import { keysCommands } from './keys/index.js'
import { stringsCommands } from './strings/index.js'

const families: readonly (readonly EngineCommand[])[] = [
  expiryCommands,
  keysCommands,
  stringsCommands,
]

/** By lower-case name. */
export const commandTable: ReadonlyMap<string, EngineCommand> = new Map(
  families.flat().map((command) => [command.name, command]),
)
