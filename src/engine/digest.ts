// The digest of everything that is replicated state: structure, order, values, times to live, versions
// and clock. It walks all data: for tests, the simulator and comparing members, never on a hot path.

import { ByteWriter } from '../base/bytes.js'
import { type Hash64, hashBytes, hashZero } from '../base/hash.js'
import type { SlotTable } from './database.js'
import type { Keyspace } from './keyspace.js'
import { digestSegment } from './rows.js'

const writer = new ByteWriter(64 * 1024)

/** Equal on two engines exactly when their replicated state is equal. */
export function digestOf(keyspace: Keyspace, versions: Float64Array, clock: number): Hash64 {
  writer.varint(clock)
  for (let slot = 0; slot < versions.length; slot++) writer.varint(versions[slot] as number)
  let hash = hashBytes(writer.finish(), hashZero)
  keyspace.databases.forEach((database, db) => {
    if (database === undefined || database.keys === 0) return
    for (const table of database.tables.all()) {
      hash = digestTable(db, table, hash)
    }
  })
  return hash
}

function digestTable(db: number, table: SlotTable, previous: Hash64): Hash64 {
  writer.varint(db).varint(table.slot)
  let hash = previous
  for (const segment of table.segments) {
    digestSegment(writer.varint(segment.start), segment)
    hash = hashBytes(writer.finish(), hash)
  }
  return hash
}
