import test from 'ava'
import type { Config, Durability } from '../../src/api/config.js'
import type { GroupId, MemberId } from '../../src/api/ids.js'
import type { Witness } from '../../src/api/store.js'
import type {
  RecoveryCause,
  Strategy,
  StrategyInit,
  StrategyPlugin,
} from '../../src/api/strategy.js'
import { Random } from '../../src/base/random.js'
import { Shard } from '../../src/shard/shard.js'
import { keyspace } from '../core/core-world.js'
import { MapEngine } from './map-engine.js'
import { StoreWorld } from './store-world.js'

const clean: Witness = { clusterId: 'c', member: 1, incarnation: 1, clean: true, groups: [] }
const unclean: Witness = { ...clean, clean: false }
/** The log held entry 5 once. */
const ahead: Witness = {
  ...clean,
  groups: [{ group: 0 as GroupId, position: { term: 2, index: 5 }, voteTerm: 2, sync: false }],
}

interface Case {
  readonly what: string
  readonly durability: Durability
  readonly witness: Witness | null
  readonly hasHistory: boolean
  readonly witnessDamaged?: boolean
  readonly recovering?: RecoveryCause
  readonly cause: RecoveryCause | null
}

const cases: readonly Case[] = [
  { what: 'a first start', durability: 'always', witness: null, hasHistory: false, cause: null },
  { what: 'a first start', durability: 'none', witness: null, hasHistory: false, cause: null },
  { what: 'a clean stop', durability: 'always', witness: clean, hasHistory: true, cause: null },
  { what: 'a clean stop', durability: 'everysec', witness: clean, hasHistory: true, cause: null },
  { what: 'a clean stop', durability: 'none', witness: clean, hasHistory: true, cause: null },
  { what: 'a crash', durability: 'always', witness: unclean, hasHistory: true, cause: null },
  {
    what: 'a crash',
    durability: 'everysec',
    witness: unclean,
    hasHistory: true,
    cause: 'unclean-stop',
  },
  {
    what: 'a crash',
    durability: 'none',
    witness: unclean,
    hasHistory: true,
    cause: 'unclean-stop',
  },
  {
    what: 'a crash without a witness',
    durability: 'none',
    witness: null,
    hasHistory: true,
    cause: 'unclean-stop',
  },
  {
    what: 'a log shorter than the witness says',
    durability: 'always',
    witness: ahead,
    hasHistory: true,
    cause: 'log-damaged',
  },
  {
    what: 'a damaged witness',
    durability: 'always',
    witness: null,
    witnessDamaged: true,
    hasHistory: true,
    cause: 'log-damaged',
  },
  {
    what: 'a lost disk, whatever else',
    durability: 'everysec',
    witness: unclean,
    hasHistory: true,
    recovering: 'disk-lost',
    cause: 'disk-lost',
  },
]

for (const each of cases) {
  test(`storage: after ${each.what}, durability ${each.durability}: recovering is ${each.cause}`, (t) => {
    const sink = new StoreWorld()
    let given: StrategyInit | null = null
    const create = (init: StrategyInit): Strategy => {
      given = init
      return { status: () => ({}) } as unknown as Strategy
    }
    const space = { ...keyspace('default', []), durability: each.durability }
    const shard = new Shard({
      id: 0 as GroupId,
      shard: 0,
      keyspace: space,
      config: { self: 1 as MemberId, requestMs: 1_000, clockSkewMs: 500, databases: 16 } as Config,
      members: { voters: [1 as MemberId], learners: [] },
      plugin: { parseOptions: () => ({}), create } as unknown as StrategyPlugin,
      engine: () => new MapEngine(),
      sink,
      random: new Random(1),
      clockOffset: () => 0,
    })
    shard.load()
    t.false(shard.isLoaded)
    sink.answerAll()
    t.true(shard.isLoaded)

    const { witness, hasHistory, witnessDamaged = false, recovering = null } = each
    const start = { logRows: [], witness, witnessDamaged, hasHistory, recovering, incarnation: 1 }
    shard.start(start, { wall: 1, mono: 1 })

    t.is((given as StrategyInit | null)?.recovering, each.cause)
    t.is((given as StrategyInit | null)?.base.index, 0)
  })
}
