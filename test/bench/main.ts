// `make bench`: every `*.bench.js` in a process of its own, one after the other. B=parse runs one.

import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('.', import.meta.url))
const wanted = process.env['B'] ?? ''
const files = readdirSync(folder).filter(
  (name) => name.endsWith('.bench.js') && name.startsWith(wanted),
)

if (files.length === 0) console.error(`no question begins with ${wanted}`)
process.exitCode = files.length === 0 ? 1 : 0
for (const name of files.toSorted()) {
  console.log(`\n${name.replace('.bench.js', '')}`)
  const { status } = spawnSync(process.execPath, [`${folder}${name}`], { stdio: 'inherit' })
  if (status !== 0) process.exitCode = 1
}
