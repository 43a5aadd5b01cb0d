#!/usr/bin/env -S node --max-semi-space-size=8 --v8-pool-size=1 --no-concurrent-marking --no-incremental-marking-task --no-parallel-scavenge --no-memory-reducer --expose-gc --no-concurrent-array-buffer-sweeping --heap-growing-percent=50
// The `quorate` command. Everything else is loaded only when a command needs it: a member must start fast.
// Why node gets the flags above: see `cli/node-flags`.

import { runCommand } from './cli/program.js'

// A question to a member that nobody waits for any more must not hold the end up.
process.exit(await runCommand(process.argv.slice(2)))
