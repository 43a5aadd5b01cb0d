// Every command of the engine by its lower-case name.

import type { EngineCommand } from './command.js'
import { bitmapsCommands } from './bitmaps/index.js'
import { dumpCommands } from './dump/index.js'
import { expiryCommands } from './expiry/index.js'
import { fieldsCommands } from './fields/index.js'
import { geoCommands } from './geo/index.js'
import { hashesCommands } from './hashes/index.js'
import { hyperloglogCommands } from './hyperloglog/index.js'
import { keysCommands } from './keys/index.js'
import { listsCommands } from './lists/index.js'
import { memoryCommands } from './memory/index.js'
import { objectCommands } from './object/index.js'
import { setsCommands } from './sets/index.js'
import { sortCommands } from './sort/index.js'
import { streamsCommands } from './streams/index.js'
import { stringsCommands } from './strings/index.js'
import { zsetsCommands } from './zsets/index.js'

const families: readonly (readonly EngineCommand[])[] = [
  bitmapsCommands,
  dumpCommands,
  expiryCommands,
  fieldsCommands,
  geoCommands,
  hashesCommands,
  hyperloglogCommands,
  keysCommands,
  listsCommands,
  memoryCommands,
  objectCommands,
  setsCommands,
  sortCommands,
  streamsCommands,
  stringsCommands,
  zsetsCommands,
]

/** By lower-case name. */
export const commandTable: ReadonlyMap<string, EngineCommand> = new Map(
  families.flat().map((command) => [command.name, command]),
)
