// Whether a keyspace table other than the one that the data was written under may be taken: only while there
// is no key that it would leave where nobody looks for it.

import type { Row } from '../api/store.js'
import { isRecordKey, recordPrefix } from '../log/layout.js'
import { topologyGroupId } from './topology-group.js'

/** Null where it may. `keys` are those of the last checkpoints. */
export function tableRefusal(
  other: { readonly known: string; readonly given: string },
  keys: number,
  logRows: readonly Row[],
): string | null {
  const topology = recordPrefix(topologyGroupId)
  const hasLog = logRows.some(({ key }) => isRecordKey(key) && !key.startsWith(topology))
  if (keys === 0 && !hasLog) return null
  const count = hasLog ? `${keys} keys of the last checkpoint and those in the log` : `${keys} keys`
  return `keyspaces: the data directory holds ${count} written under another keyspace table (digest ${other.known}, given ${other.given}); names, prefixes, databases and strategies of keyspaces cannot change while they hold keys`
}
