import test from 'ava'
import type { Durability } from '../../src/api/config.js'
import type { GroupId, MemberId, Token } from '../../src/api/ids.js'
import { positionZero } from '../../src/api/position.js'
import type { Witness } from '../../src/api/store.js'
import type {
  RecoveryCause,
  Strategy,
  StrategyInit,
  StrategyPlugin,
  StrategyStatus,
  Supports,
} from '../../src/api/strategy.js'
import { hashZero } from '../../src/base/hash.js'
import { Random } from '../../src/base/random.js'
import { recordKey } from '../../src/log/layout.js'
import type { Executor } from '../../src/shard/executor.js'
import { Shard } from '../../src/shard/shard.js'
import { Membership } from '../../src/shard/membership.js'
import { Storage } from '../../src/shard/storage.js'
import { Windows } from '../../src/shard/windows.js'
import { keyspace } from '../core/core-world.js'
import { configOf } from '../router/world.js'
import { FakeEngine } from './fake-engine.js'
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
  readonly isOldCopy?: boolean
  readonly recovering?: RecoveryCause
  /** Its last record is damaged; the witness did not hear of it. */
  readonly isTorn?: boolean
  readonly order?: 'causal'
  readonly cause: RecoveryCause | null
}

/** The log was empty when it was last synced. */
const empty: Witness = {
  ...unclean,
  groups: [{ group: 0 as GroupId, position: positionZero, voteTerm: 0, sync: false }],
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
    what: 'an older copy of the disk with a log that is as long',
    durability: 'always',
    witness: unclean,
    isOldCopy: true,
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
  {
    what: 'a damaged last record that was not acknowledged',
    durability: 'always',
    witness: empty,
    hasHistory: true,
    isTorn: true,
    cause: null,
  },
  {
    what: 'a damaged last record that others may have been told of',
    durability: 'everysec',
    witness: empty,
    hasHistory: true,
    isTorn: true,
    order: 'causal',
    cause: 'log-damaged',
  },
]

for (const each of cases) {
  test(`storage: after ${each.what}, durability ${each.durability}: recovering is ${each.cause}`, (t) => {
    const id = 0 as GroupId
    const sink = new StoreWorld()
    let given: StrategyInit | null = null
    const create = (init: StrategyInit): Strategy => {
      given = init
      return { status: () => ({ members: init.members }) } as unknown as Strategy
    }
    const space = { ...keyspace('default', []), durability: each.durability }
    const shard = new Shard({
      id,
      shard: 0,
      keyspace: space,
      config: configOf({ requestMs: 1_000 }),
      members: { voters: [1 as MemberId], learners: [] },
      plugin: {
        supports: { order: each.order ?? 'total' },
        parseOptions: () => ({}),
        create,
      } as unknown as StrategyPlugin,
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
    const { isOldCopy = false } = each
    const logRows =
      each.isTorn === true ? [{ key: recordKey(id, 1), value: new Uint8Array(9) }] : []
    const found = { logRows, witness, witnessDamaged, hasHistory, isOldCopy, recovering }
    shard.start({ ...found, incarnation: 1 }, { wall: 1, mono: 1 })

    t.is((given as StrategyInit | null)?.recovering, each.cause)
    t.is((given as StrategyInit | null)?.base.index, 0)
  })
}

/** The storage of a member that has applied `index` and keeps no log on disk. */
function unlogged(self: number, index: number) {
  const sink = new StoreWorld()
  const at = { term: 1, index }
  const executor = {
    engine: new FakeEngine(),
    applied: at,
    isBetweenEntries: true,
    isHeld: false,
    replace: () => {},
  }
  executor.engine.set('a', '1')
  const status = { term: 1, era: 0, first: index + 1, last: at } as unknown as StrategyStatus
  const told: string[] = []
  const strategy = {
    status: () => status,
    chainAt: () => hashZero,
    acceptsSnapshot: () => told.push('asked') > 0,
    snapshotInstalling: () => told.push('installing'),
    snapshotInstalled: () => told.push('installed'),
    checkpointed: () => {},
  } as unknown as Strategy
  const config = configOf({
    self: self as MemberId,
    checkpointKeysPerSecond: 1e6,
    checkpointLogBytes: 1e9,
    checkpointIntervalMs: 1e9,
  })
  const storage = new Storage({
    group: 0 as GroupId,
    config,
    durability: 'none',
    membership: new Membership(
      {
        members: { voters: [1 as MemberId, 2 as MemberId], learners: [] },
        ...{ config, sink, keyspace: keyspace('default', []) },
      },
      { strategy: () => strategy, token: () => 1 as Token },
    ),
    sink,
    merges: false,
    makeEngine: () => new FakeEngine(),
    windows: new Windows(),
    host: {
      executor: executor as unknown as Executor,
      strategy: () => strategy,
      installed() {},
      submit() {},
      supports: { reads: [] } as unknown as Supports,
    },
  })
  storage.load(executor.engine)
  sink.answerAll()
  const start = { logRows: [], witness: null, witnessDamaged: false }
  storage.recover({ ...start, hasHistory: false, isOldCopy: false, recovering: null })
  executor.applied = at
  return { sink, storage, executor, status, told }
}

const at = (mono: number) => ({ wall: 1_000_000 + mono, mono })

test('storage: a stop while a snapshot is being installed: waits for it', (t) => {
  const from = unlogged(1, 9)
  const to = unlogged(2, 3)
  from.storage.snapshotTo(2 as MemberId)
  let mono = 0
  for (; !to.executor.isHeld && mono < 50; mono++) {
    from.storage.turn(at(mono))
    from.sink.answerAll()
    for (const { channel, body } of from.sink.sent.splice(0)) {
      to.storage.message(1 as MemberId, channel, body, at(mono))
    }
    to.storage.turn(at(mono))
    if (!to.executor.isHeld) to.sink.answerAll()
    for (const { channel, body } of to.sink.sent.splice(0)) {
      from.storage.message(2 as MemberId, channel, body, at(mono))
    }
  }
  t.true(to.executor.isHeld)

  t.is(to.storage.settle(at(mono), to.status), 'working')
  // The strategy knows from then on: it was asked as it was offered, and once more.
  t.deepEqual(to.told, ['asked', 'asked', 'installing'])
  to.sink.answerAll()
  to.storage.turn(at(mono))
  t.deepEqual(to.told.slice(3), ['installed'])
})

test('storage: a peer waits for a snapshot and the disk is slow: no idle turns', (t) => {
  const { storage, sink } = unlogged(1, 9)
  storage.snapshotTo(2 as MemberId)
  for (let mono = 0; mono < 5; mono++) storage.turn(at(mono))
  const { wakes } = sink

  storage.turn(at(6))

  t.true(sink.writesWaiting > 0)
  t.is(sink.wakes, wakes)
  t.true(storage.wakeAt() > 6)
})
