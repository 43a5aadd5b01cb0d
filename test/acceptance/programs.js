// Programs of others that a case runs: found on the PATH, with bounded time, their output as text.

import { spawn } from 'node:child_process'
import { onPath } from '../../dist/test/tools.js'

/** Why a case cannot run here, or null. */
export function needs(...names) {
  return () => {
    const missing = names.filter((name) => !onPath(name))
    return missing.length === 0 ? null : `${missing.join(', ')} not on the PATH`
  }
}

/** Runs a program to its end, or for `forMs`; what it wrote. */
export function runProgram(name, args, { input = '', forMs = 0, msMax = 120_000 } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(name, args.map(String), { stdio: ['pipe', 'pipe', 'pipe'] })
    let out = ''
    let errors = ''
    child.stdout.on('data', (bytes) => (out += bytes.toString('latin1')))
    child.stderr.on('data', (bytes) => (errors += bytes.toString('latin1')))
    const timer = setTimeout(() => child.kill('SIGKILL'), forMs > 0 ? forMs : msMax)
    child.once('error', reject)
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      if (signal !== null && forMs === 0)
        reject(new Error(`${name} not done in ${msMax} ms: ${out}${errors}`))
      else resolve({ code, out, errors })
    })
    child.stdin.on('error', () => {})
    child.stdin.end(Buffer.from(input, 'latin1'))
  })
}
