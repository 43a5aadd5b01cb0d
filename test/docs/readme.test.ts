// README and the maps say what the code says. REWRITE=1 writes the generated tables anew.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { fillTables, makeTables } from './tables.js'

const top = new URL('../../../', import.meta.url).pathname

test('readme: its tables: are those of the code (REWRITE=1 writes them)', async (t) => {
  const file = join(top, 'README.md')
  const text = readFileSync(file, 'utf8')

  const made = fillTables(text, await makeTables())

  if (process.env['REWRITE'] === '1') writeFileSync(file, made)
  t.is(process.env['REWRITE'] === '1' ? made : text, made)
})

test('readme: its words of make: are those of the Makefile', (t) => {
  const makefile = readFileSync(join(top, 'Makefile'), 'utf8')
  const words = /^\.PHONY: (.+)$/m.exec(makefile)?.[1]?.split(' ') ?? []
  const text = readFileSync(join(top, 'README.md'), 'utf8')

  t.true(words.length >= 9)
  for (const word of words) t.true(text.includes(`make ${word}`), word)
})

test('maps: every room of src and plugins: stands in src/README.md', (t) => {
  const map = readFileSync(join(top, 'src/README.md'), 'utf8')
  const rooms = readdirSync(join(top, 'src'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)

  for (const room of rooms) t.true(map.includes(`\`${room}/\``), room)
})

test('maps: every file of a plugin: stands in its README, and nothing else does', (t) => {
  for (const plugin of ['raft', 'zab', 'eventual']) {
    const folder = join(top, 'plugins', plugin)
    const rows = readFileSync(join(folder, 'README.md'), 'utf8').match(/^\| `.+\.ts`.*\|$/gm) ?? []
    const named = rows.flatMap((row) =>
      [...row.matchAll(/`([\w-]+\.ts)`/g)].map(([, name]) => name),
    )
    const files = readdirSync(folder).filter((name) => name.endsWith('.ts'))

    t.deepEqual(named.toSorted(), files.toSorted(), plugin)
  }
})

test('docs: links to files: lead somewhere', (t) => {
  const plugins = ['raft', 'zab', 'eventual'].map((name) => `plugins/${name}/README.md`)
  const pages = [
    'README.md',
    'src/README.md',
    'src/engine/README.md',
    'plugins/README.md',
    ...plugins,
  ]
  for (const page of [...pages, 'test/README.md', 'test/sim/README.md']) {
    const text = readFileSync(join(top, page), 'utf8')
    for (const [, target = ''] of text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      t.true(existsSync(join(top, page, '..', target)), `${page}: ${target}`)
    }
  }
})
