// The table in README.md that says what holds each known mistake: the seeded bugs and files that it names
// are there, and every seeded bug stands in it.

import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { seededBugs } from './bug-bank.js'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const text = readFileSync(`${root}test/sim/README.md`, 'utf8')
const quoted = [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1] as string)

test('simulator: README: names every seeded bug, and none that is not in the bank', (t) => {
  const named = quoted.filter((word) =>
    /^(raft|zab|eventual|merge|move|shard|remote|log|core)-[a-z-]+$/.test(word),
  )

  t.deepEqual([...new Set(named)].sort(), seededBugs.map((bug) => bug.name).sort())
})

test('simulator: README: the files that it names are there', (t) => {
  const files = quoted.filter((word) => /^(test|src|plugins)\/.*\.ts$/.test(word))

  t.true(files.length > 10)
  t.deepEqual(
    files.filter((file) => !existsSync(`${root}${file}`)),
    [],
  )
})
