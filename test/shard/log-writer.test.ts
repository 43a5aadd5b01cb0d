// What is synced where the durability is that of a second.

import test from 'ava'
import type { Durability } from '../../src/api/config.js'
import { entryKinds, entryVersion, type EntryHead } from '../../src/api/entry.js'
import type { GroupId } from '../../src/api/ids.js'
import { positionZero } from '../../src/api/position.js'
import { slotsName } from '../../src/api/slot-moves.js'
import { hashZero } from '../../src/base/hash.js'
import { plantBug } from '../../src/base/seeded-bug.js'
import { GroupLog } from '../../src/log/records.js'
import { CommandPayload, encodeCommands } from '../../src/shard/batch.js'
import { LogWriter } from '../../src/shard/log-writer.js'
import { emptyBatch } from '../log/log-world.js'
import { StoreWorld } from './store-world.js'

const head: EntryHead = {
  ...{ kind: entryKinds.command, version: entryVersion, origin: 1, incarnation: 1, sequence: 1 },
  ...{ acknowledged: 0, stamp: 1, seedHigh: 0, seedLow: 0, trace: '' },
}

/** Whether an entry of these commands is synced before it is acknowledged. */
function isSynced(durability: Durability, calls: readonly string[][], isStrict = false): boolean {
  const sink = new StoreWorld()
  const log = new GroupLog(0 as GroupId, false)
  log.recover([], { base: positionZero, chain: hashZero }, null)
  const writer = new LogWriter({ log, sink, durability, isStrict })
  const commands = { databases: calls.map(() => 0), calls }
  const body = (): Uint8Array => encodeCommands(commands)
  const payload = new CommandPayload(head, { commands, size: 100, body })
  const entries = [{ term: 1, index: 1, payload }]
  writer.write({ ...emptyBatch, entries }, false, () => undefined)
  return sink.writesSeen[0]?.sync === true
}

const set = ['set', 'a', '1']
const freeze = [slotsName, 'freeze', '1']
const copy = [slotsName, 'copy', '0', '1', '0', '3', 'set', 'a', '1']

test('log writer: everysec: a step of a move of slots is synced before it counts, copies are not', (t) => {
  t.false(isSynced('everysec', [set]))
  t.false(isSynced('everysec', [set, copy, copy]))
  t.true(isSynced('everysec', [freeze]))
  t.true(isSynced('everysec', [set, copy, freeze, set]))
})

test('log writer: what is kept for the whole cluster is synced under everysec, too', (t) => {
  t.true(isSynced('everysec', [set], true))
})

test.serial('seeded bug move-steps-unsynced: the story shows it', (t) => {
  plantBug('move-steps-unsynced')
  try {
    t.false(isSynced('everysec', [freeze]))
  } finally {
    plantBug('')
  }
})
