#!/usr/bin/env node
// The `quorate` command. Everything else is loaded only when a command needs it: a member must start fast.

import { runCommand } from './cli/program.js'

process.exitCode = await runCommand(process.argv.slice(2))
