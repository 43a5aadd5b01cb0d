// What `quorate/plugin` offers, in a golden file: api 1 is frozen, so whatever changes here is seen. Within
// api 1 it only grows; REWRITE=1 accepts what was added, or comes with another api.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import test from 'ava'
import * as door from 'quorate/plugin'

const top = new URL('../../', import.meta.url)
const golden = new URL('test/api/plugin-surface.txt', top)

/** Types that a plugin is written against, declaration by declaration. */
const contracts = ['strategy', 'entry', 'ids', 'position', 'seen', 'trace']

function declarationsOf(name: string): string {
  const text = readFileSync(new URL(`dist/src/api/${name}.d.ts`, top), 'utf8')
  return text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .split('\n')
    .map((line) => line.replace(/\/\/.*$/, '').trimEnd())
    .filter((line) => line.trim() !== '' && !line.startsWith('import '))
    .join('\n')
}

function surface(): string {
  const names = Object.keys(door).sort((a, b) => (a < b ? -1 : 1))
  const contract = contracts.map((name) => `# ${name}\n${declarationsOf(name)}\n`)
  return `# names\n${names.join('\n')}\n${contract.join('')}`
}

test('plugin door: its names and the types of the interface: are the accepted ones of api 1 (REWRITE=1 accepts them)', (t) => {
  const made = surface()

  if (process.env['REWRITE'] === '1') writeFileSync(golden, made)
  t.true(existsSync(golden))
  t.deepEqual(made.split('\n'), readFileSync(golden, 'utf8').split('\n'))
})
