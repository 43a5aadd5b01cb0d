// python3-redis of Debian.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { runProgram } from '../programs.js'

const script = fileURLToPath(new URL('../story.py', import.meta.url))

// Debian's package serves Debian's interpreter, which need not be the first on the PATH.
const python = ['python3', '/usr/bin/python3'].find(
  (name) => spawnSync(name, ['-c', 'import redis']).status === 0,
)

const missing = () => (python === undefined ? 'python3-redis is not installed' : null)

export const cases = [
  {
    name: 'values, pipelines, WATCH, scripts, locks, messages, blocking, streams',
    missing,
    run: async ({ port }) => {
      const { code, out, errors } = await runProgram(python, [script, port])
      assert.equal(code, 0, out + errors)
    },
  },
]
