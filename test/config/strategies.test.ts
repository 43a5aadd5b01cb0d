// Strategy plugins: refused where they do not fit what the configuration asks of them.

import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import eventual from '../../plugins/eventual/index.js'
import raft from '../../plugins/raft/index.js'
import zab from '../../plugins/zab/index.js'
import type { StrategyPlugin } from '../../src/api/strategy.js'
import { ConfigError } from '../../src/base/errors.js'
import { loadConfig } from '../../src/config/load.js'
import { checkStrategies } from '../../src/config/strategies.js'

function fakePlugin(): StrategyPlugin {
  return {
    name: 'fake',
    api: 1,
    supports: {
      order: 'total',
      levels: ['strong'],
      reads: ['linearizable'],
      ackMeans: 'quorum',
      members: 'static',
      durabilities: ['always', 'none'],
      transfers: true,
      learners: false,
      eras: true,
    },
    defaults: { ticks: 1 },
    parseOptions(raw) {
      if (raw['ticks'] !== undefined && raw['ticks'] !== 1) {
        throw new ConfigError({
          file: null,
          line: null,
          option: 'ticks',
          given: String(raw['ticks']),
          allowed: '1',
        })
      }
      return {}
    },
    create() {
      throw new Error('not in this test')
    },
  }
}

function load(text: string) {
  const file = join(mkdtempSync(join(tmpdir(), 'quorate-strategies-')), 'q.yaml')
  writeFileSync(file, text)
  return { loaded: loadConfig({ file }), file }
}

function refusal(text: string): string {
  const { loaded, file } = load(text)
  try {
    checkStrategies(loaded, new Map([['fake', fakePlugin()]]))
  } catch (error) {
    return error instanceof Error ? error.message.replace(file, 'q.yaml') : ''
  }
  return 'accepted'
}

test('strategies: a level that the plugin lacks: refused with file and line', (t) => {
  t.is(
    refusal('keyspaces:\n  - name: default\n    strategy: fake\n    level: eventual\n'),
    'q.yaml:4: keyspaces[0].level: given eventual with strategy fake, allowed: levels of fake: strong',
  )
  t.is(refusal('keyspaces: [{name: default, strategy: fake}]\n'), 'accepted')
})

test('strategies: a durability under which the plugin promises nothing: refused with file and line', (t) => {
  t.is(
    refusal(
      'keyspaces:\n  - name: default\n    strategy: fake\n    level: strong\n    durability: everysec\n',
    ),
    'q.yaml:5: keyspaces[0].durability: given everysec with strategy fake, allowed: durabilities of fake: always, none',
  )
})

test('strategies: an option that the plugin refuses: named with its place', (t) => {
  t.is(
    refusal('keyspaces:\n  - name: default\n    strategy: fake\n    options:\n      ticks: 9\n'),
    'q.yaml:5: keyspaces[0].options.ticks: given 9, allowed: 1',
  )
})

test('strategies: level by strategy, as shipped: what supports lacks is refused', (t) => {
  const plugins = new Map<string, StrategyPlugin>([
    ['raft', raft as StrategyPlugin],
    ['zab', zab as StrategyPlugin],
    ['eventual', eventual as StrategyPlugin],
  ])
  const isTaken = (strategy: string, level: string): boolean => {
    const { loaded } = load(
      `keyspaces:\n  - name: default\n    strategy: ${strategy}\n    level: ${level}\n`,
    )
    try {
      checkStrategies(loaded, plugins)
      return true
    } catch (error) {
      t.true(error instanceof ConfigError)
      return false
    }
  }

  for (const strategy of plugins.keys()) {
    const taken = ['strong', 'sequential', 'causal', 'eventual'].filter((level) =>
      isTaken(strategy, level),
    )
    const weak = ['causal', 'eventual']
    t.deepEqual(taken, strategy === 'eventual' ? weak : ['strong', 'sequential'], strategy)
  }
})
