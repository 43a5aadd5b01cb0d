// The hidden key that keeps the order of the databases; see `Places`.

import { hiddenDatabases } from '../api/scripts.js'
import type { Context } from './context.js'
import type { Keyspace } from './keyspace.js'
import { rowDatabasesMax } from './rows.js'

/** Below what scripts are kept in, and fixed as they are. */
export const placesDb = rowDatabasesMax - hiddenDatabases - 1
export const placesKey = 'places'

/** Exchanges two databases and keeps the order. */
export function swapDatabases(context: Context, a: number, b: number): void {
  const { db } = context
  context.effects.swap(a, b)
  const text = context.keyspace.places.toText()
  context.select(placesDb)
  if (text === '') context.effects.remove(placesKey, '')
  else context.effects.put(placesKey, text, '')
  context.select(db)
}

/** After a load. */
export function restorePlaces(keyspace: Keyspace): void {
  const text = keyspace.find(placesDb, placesKey)?.map.get(placesKey)
  if (typeof text === 'string') keyspace.places.fromText(text)
}
