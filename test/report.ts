// Runs a test command that prints TAP, shows it as it comes, and ends with ava's own counts as one
// line `N passed, N failed`. Driven by `make test`; its exit code is 1 where anything failed.

import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { countTap, makeTally } from './tap.js'

const [command = '', ...args] = process.argv.slice(2)
const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
const tally = makeTally()

for await (const line of createInterface({ input: child.stdout })) {
  const shown = countTap(tally, line)
  if (shown !== null) console.log(shown)
}
const code = await new Promise<number>((resolve) => {
  if (child.exitCode !== null) resolve(child.exitCode)
  else child.once('close', (exitCode) => resolve(exitCode ?? 1))
})

for (const title of tally.failed) console.log(`failed: ${title}`)
for (const title of tally.skipped) console.log(`skipped: ${title}`)
if (tally.skipped.some((title) => title.includes('redis-'))) {
  console.log('for the cases that need Redis tools: apt-get install redis-server redis-tools')
}
if (tally.skipped.length > 0) console.log(`${tally.skipped.length} skipped`)
const failures = tally.failed.length
const isBroken = code !== 0 && failures === 0
if (isBroken) console.log(`the test run itself failed with exit code ${code}`)
if (tally.passed === 0) console.log('no test ran')
console.log(`${tally.passed} passed, ${failures + (isBroken ? 1 : 0)} failed`)
process.exitCode = failures > 0 || isBroken || tally.passed === 0 ? 1 : 0
