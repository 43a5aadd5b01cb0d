// A container comes to a key, or leaves it: what is counted of it goes with it.

import { assert } from '../../base/assert.js'
import type { Changes } from '../changes.js'
import type { Database } from '../database.js'
import { timesEnter, timesLeave } from '../field-times.js'
import type { Keyspace } from '../keyspace.js'
import type { Segment } from '../segment.js'
import type { Container } from '../values/value.js'

/** A container comes to a key of `segment`. */
export function enter(
  keyspace: Keyspace,
  changes: Changes,
  at: { readonly segment: Segment; readonly key: string; readonly value: Container },
): void {
  const { segment, key, value } = at
  const { body } = value
  assert(!body.isHomed, 'a container stands at one key')
  const { ledger } = keyspace
  if (body.parts.length > 1) {
    changes.release(value)
    ledger.adopt(body)
    keyspace.addBody(body)
  }
  body.db = segment.db
  body.slot = segment.slot
  body.isHomed = true
  timesEnter(keyspace, key, value)
  keyspace.unpacked.enter(key, value)
  if (body.parts.length === 1) return
  const database = keyspace.databases[segment.db] as Database
  database.bytes += body.bytes
  for (const part of body.parts) ledger.bornPart(part)
}

/** A container is no longer at its key. */
export function leave(keyspace: Keyspace, value: Container): void {
  const { body } = value
  keyspace.unpacked.leave(value)
  timesLeave(keyspace, value)
  body.isHomed = false
  if (body.id === 0) return
  const database = keyspace.databases[body.db] as Database
  database.bytes -= body.bytes
  keyspace.ledger.dropBody(body)
  keyspace.removeBody(body)
}
