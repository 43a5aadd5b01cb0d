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

test('docs: links to files: lead somewhere', (t) => {
  for (const page of ['README.md', 'src/README.md', 'plugins/README.md', 'test/README.md']) {
    const text = readFileSync(join(top, page), 'utf8')
    for (const [, target = ''] of text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      t.true(existsSync(join(top, page, '..', target)), `${page}: ${target}`)
    }
  }
})
