// The house keeps its own rules: floors, circles, banned words, names and sizes, over all of src,
// plugins and test. Every rule is shown a sample that breaks it, so that it cannot fall asleep.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { type Files, rules } from './tidy/rules.js'

const top = new URL('../../', import.meta.url).pathname

function readAll(): Files {
  const files = new Map<string, string>()
  for (const folder of ['src', 'plugins', 'test'].filter((each) => existsSync(join(top, each)))) {
    for (const entry of readdirSync(join(top, folder), { recursive: true, encoding: 'utf8' })) {
      if (entry.endsWith('.ts') && !entry.includes('node_modules'))
        files.set(`${folder}/${entry}`, readFileSync(join(top, folder, entry), 'utf8'))
    }
  }
  return files
}

for (const [name, rule] of Object.entries(rules)) {
  test(`tidy: ${name}: over the whole tree: none`, (t) => {
    t.deepEqual(rule(readAll()), [])
  })
}

test('tidy: the tree: is found and has the floors', (t) => {
  const files = [...readAll().keys()]

  t.true(files.includes('src/base/assert.ts') && files.includes('test/tidy.test.ts'))
})

interface Sample {
  readonly rule: keyof typeof rules
  readonly path: string
  readonly text: string
  readonly also?: Readonly<Record<string, string>>
}

const head = '// What it is.\n'

const bad: readonly Sample[] = [
  { rule: 'floorFaults', path: 'src/base/a.ts', text: "import { x } from '../api/x.js'" },
  { rule: 'floorFaults', path: 'src/api/a.ts', text: "export * from '../engine/x.js'" },
  { rule: 'floorFaults', path: 'src/engine/a.ts', text: "import type { X } from '../resp/x.js'" },
  { rule: 'floorFaults', path: 'src/shard/a.ts', text: "import '../router/x.js'" },
  { rule: 'floorFaults', path: 'src/host/a.ts', text: "import { x } from '../engine/x.js'" },
  {
    rule: 'floorFaults',
    path: 'src/core/a.ts',
    text: "import { x } from '../../plugins/raft/index.js'",
  },
  { rule: 'floorFaults', path: 'src/core/a.ts', text: "import { x } from '../plugin.js'" },
  { rule: 'floorFaults', path: 'src/core/a.ts', text: "import { x } from 'node:fs'" },
  { rule: 'floorFaults', path: 'src/cli/a.ts', text: "import { x } from '../../test/x.js'" },
  { rule: 'floorFaults', path: 'src/cellar/a.ts', text: "import { x } from '../base/x.js'" },
  {
    rule: 'floorFaults',
    path: 'plugins/raft/a.ts',
    text: "import { x } from '../../src/base/x.js'",
  },
  { rule: 'floorFaults', path: 'plugins/raft/a.ts', text: "import { x } from '../zab/x.js'" },
  { rule: 'floorFaults', path: 'plugins/raft/a.ts', text: "const x = await import('node:fs')" },
  {
    rule: 'circleFaults',
    path: 'src/api/a.ts',
    text: "import './b.js'",
    also: { 'src/api/b.ts': "import './a.js'" },
  },
  { rule: 'purityFaults', path: 'src/core/a.ts', text: 'const now = Date.now()' },
  { rule: 'purityFaults', path: 'src/core/a.ts', text: 'const x = `at ${new Date()}`' },
  { rule: 'purityFaults', path: 'src/core/a.ts', text: 'performance.now()' },
  { rule: 'purityFaults', path: 'src/log/a.ts', text: 'Math.random()' },
  { rule: 'purityFaults', path: 'src/log/a.ts', text: 'crypto.randomUUID()' },
  { rule: 'purityFaults', path: 'plugins/raft/a.ts', text: 'setTimeout(x, 1)' },
  { rule: 'purityFaults', path: 'plugins/raft/a.ts', text: 'const x = new Promise(f)' },
  { rule: 'purityFaults', path: 'src/shard/a.ts', text: 'async function x() {}' },
  { rule: 'purityFaults', path: 'src/router/a.ts', text: 'x = process.env' },
  { rule: 'purityFaults', path: 'src/engine/a.ts', text: 'new Intl.Collator()' },
  { rule: 'purityFaults', path: 'src/engine/a.ts', text: 'a.localeCompare(b)' },
  { rule: 'purityFaults', path: 'src/engine/a.ts', text: 'list.sort()' },
  { rule: 'purityFaults', path: 'src/engine/a.ts', text: 'x = 2 ** y' },
  { rule: 'purityFaults', path: 'src/engine/a.ts', text: 'Math.pow(2, y)' },
  { rule: 'purityFaults', path: 'src/engine/a.ts', text: 'Math.log2(y)' },
  {
    rule: 'seamFaults',
    path: 'src/engine/commands/strings/a.ts',
    text: "import { Keyspace } from '../../keyspace.js'",
  },
  {
    rule: 'seamFaults',
    path: 'src/engine/commands/strings/a.ts',
    text: "segment.map.set(key, '1')",
  },
  {
    rule: 'seamFaults',
    path: 'src/engine/commands/generic/a.ts',
    text: 'context.keyspace.clear(0)',
  },
  { rule: 'escapeFaults', path: 'src/core/a.ts', text: 'const x: any = 1' },
  { rule: 'escapeFaults', path: 'test/a.test.ts', text: 'f(x as any)' },
  { rule: 'escapeFaults', path: 'src/core/a.ts', text: '// @ts-ignore' },
  { rule: 'escapeFaults', path: 'plugins/raft/a.ts', text: "plantBug('x')" },
  { rule: 'escapeFaults', path: 'test/a.test.ts', text: 'test.serial.only(x)' },
  { rule: 'shapeFaults', path: 'src/core/a.ts', text: `${head}${'x\n'.repeat(400)}` },
  { rule: 'shapeFaults', path: 'src/core/fooBar.ts', text: head },
  { rule: 'shapeFaults', path: 'src/core/utils.ts', text: head },
  { rule: 'shapeFaults', path: 'src/helpers/a.ts', text: head },
  { rule: 'shapeFaults', path: 'src/core/a.ts', text: 'const x = 1\n' },
  {
    rule: 'bugFaults',
    path: 'src/core/a.ts',
    text: "if (hasBug('core-a') || hasBug('core-b')) return",
    also: { 'test/core/a.test.ts': "plantBug('core-a')" },
  },
]

for (const [i, { rule, path, text, also }] of bad.entries()) {
  test(`tidy: ${rule}: bad sample ${i} (${text.slice(0, 50).replaceAll('\n', ' ')}): found`, (t) => {
    const files = new Map([[path, text], ...Object.entries(also ?? {})])

    t.is(rules[rule](files).length, 1)
  })
}

const good: readonly (readonly [string, string])[] = [
  [
    'src/core/a.ts',
    `${head}// Date, Promise and x ** y in prose\nconst text = 'Date any process'\n`,
  ],
  ['src/core/b.ts', `${head}/** async */\nconst x = \`process \${a.sort((p, q) => p - q)}\`\n`],
  ['src/core/c.ts', `${head}import { x } from '../engine/x.js'\nimport './d.js'\n`],
  ['src/core/d.ts', `${head}import type { X } from './c.js'\nexport const x = 1\n`],
  ['src/host/a.ts', `${head}import fs from 'node:fs'\nexport const at = Date.now()\n`],
  ['plugins/raft/leader.ts', `${head}import { x } from 'quorate/plugin'\nimport './log.js'\n`],
  ['src/cli/a.ts', `${head}import { x } from '../config/load.js'\nconst many = 1\n`],
  [
    'test/core/a.test.ts',
    `${head}import { plantBug } from '../../src/base/seeded-bug.js'\nplantBug('x')\n`,
  ],
]

test('tidy: good samples: no rule complains', (t) => {
  for (const rule of Object.values(rules)) t.deepEqual(rule(new Map(good)), [])
})
