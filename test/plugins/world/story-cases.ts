// Stories of a protocol, line by line, in testdata/*.txt of its folder. `REWRITE=1` accepts the present
// ones; do so only when each changed line can be explained.

import type { TestFn } from 'ava'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { StrategyPlugin } from 'quorate/plugin'
import { World } from './network.js'
import { tellWith } from './telling.js'

const stories: Readonly<Record<string, (world: World, tell: (line: string) => void) => void>> = {
  'first-election': (world, tell) => {
    tell('three members start')
    world.elect()
    world.advance(20)
  },
  replication: (world, tell) => {
    const leader = world.elect()
    world.advance(60)
    world.story.length = 0
    tell('two proposals at the leader, then a read at a follower')
    world.propose(leader, 'a')
    world.propose(leader, 'b')
    world.advance(15)
    world.read(leader === 1 ? 2 : 1)
    world.advance(15)
  },
  'leader-killed': (world, tell) => {
    const leader = world.elect()
    world.advance(60)
    world.story.length = 0
    tell(`the leader ${leader} is killed`)
    world.crash(leader)
    world.until(() => world.isSettled(), 1_000)
  },
  conflict: (world, tell) => {
    const leader = world.elect()
    world.advance(60)
    world.isolate(leader)
    for (let i = 0; i < 3; i++) world.propose(leader, `lost${i}`)
    world.until(() => world.leader() !== leader && world.isSettled(), 3_000)
    world.advance(200)
    world.story.length = 0
    tell(`the deposed leader ${leader} returns with three entries of its own`)
    world.heal()
    world.advance(150)
  },
  transfer: (world, tell) => {
    const leader = world.elect()
    world.advance(60)
    world.story.length = 0
    tell(`the leader ${leader} hands over`)
    world.strategy(leader).transfer(null)
    world.advance(40)
  },
  refill: (world, tell) => {
    const leader = world.elect()
    world.propose(leader, 'a')
    world.advance(60)
    const victim = leader === 1 ? 2 : 1
    world.crash(victim)
    world.wipe(victim)
    world.story.length = 0
    tell(`member ${victim} comes back without its disk`)
    world.start(victim, 'disk-lost')
    world.until(() => world.strategy(victim).status().recovering === null, 2_000)
  },
  'new-era': (world, tell) => {
    for (const id of world.ids) world.crash(id)
    for (const id of world.ids) world.wipe(id)
    world.story.length = 0
    tell('all members lost their disks and the operator accepts it')
    for (const id of world.ids) world.start(id, 'disk-lost')
    world.advance(400)
    world.story.length = 0
    world.strategy(1).acceptLoss()
    world.until(() => world.isSettled(), 3_000)
    world.advance(150)
  },
}

/** What stories leave out: it says nothing, or differs without meaning. */
const left = ['kind', 'term', 'era', 'chain', 'fence', 'life', 'nonce', 'id', 'counts']

/** Left out where they are zero. */
const optional = ['epoch', 'handover', 'founding', 'intact']

/** A message in words; null for one that cannot be read. */
export function tellMessage(message: Readonly<Record<string, unknown>> | null): string {
  if (message === null) return 'unreadable'
  const words = [String(message['kind'])]
  if (typeof message['term'] === 'number') words.push(`term=${message['term']}`)
  if (message['era'] !== 1) words.push(`era=${String(message['era'])}`)
  for (const [name, value] of Object.entries(message)) {
    if (left.includes(name) || (value === 0 && optional.includes(name))) continue
    if (Array.isArray(value))
      words.push(`entries=${value.map((entry) => `${entry.term}/${entry.index}`).join(',')}`)
    else if (typeof value === 'object' && value !== null) words.push(`${name}=${position(value)}`)
    else if (value !== false && value !== null) words.push(`${name}=${String(value)}`)
  }
  return words.join(' ')
}

/** A position, or a vote for a member's. */
function position(value: object): string {
  const at = value as { readonly term: number; readonly index: number }
  if (!('id' in value && 'last' in value)) return `${at.term}/${at.index}`
  const vote = value as { readonly id: number; readonly epoch: number; readonly last: object }
  return `${vote.id}(${vote.epoch},${position(vote.last)})`
}

export function storyCases(
  test: TestFn,
  plugin: StrategyPlugin,
  decode: (bytes: Uint8Array) => object | null,
): void {
  // The compiled test lies in dist/test/plugins.
  const at = `../../../../test/plugins/${plugin.name}/testdata/`
  const folder = fileURLToPath(new URL(at, import.meta.url))
  tellWith((bytes) => tellMessage(decode(bytes) as Readonly<Record<string, unknown>> | null))
  for (const [name, run] of Object.entries(stories)) {
    test(`${plugin.name}: story ${name}: as accepted`, (t) => {
      const world = new World({ plugin, seed: 42, delayMaxMs: 1 })
      world.isTelling = true

      run(world, (line) => world.story.push(`# ${line}`))

      const text = `${world.story.join('\n')}\n`
      const file = `${folder}${name}.txt`
      if (process.env['REWRITE'] === '1') {
        mkdirSync(folder, { recursive: true })
        writeFileSync(file, text)
      }
      t.is(text, readFileSync(file, 'utf8'))
    })
  }
}
