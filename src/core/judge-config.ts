// What of the configuration a member's router would refuse at its start, found without starting one.

import type { Config } from '../api/config.js'
import { commandTable } from '../engine/commands/table.js'
import { Users } from '../router/acl/users.js'
import { applyConfig, type ConfigRefusal } from '../router/apply-config.js'
import { routerCommands } from '../router/commands/index.js'
import { Settings } from '../router/settings.js'
import { CommandTable } from '../router/table.js'

export function judgeConfig(config: Config): ConfigRefusal | null {
  const users = new Users(new CommandTable(commandTable, routerCommands))
  return applyConfig(config, new Settings(config), users)
}
