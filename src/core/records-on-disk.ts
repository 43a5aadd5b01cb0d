// Records of the log as they stood on the disk when the process started, by group, until their group begins. Whoever
// kept them all would hold a whole log, up to `checkpoint.log-size` of each group, for as long as it lives.

import type { GroupId } from '../api/ids.js'
import type { Row } from '../api/store.js'
import { isRecordKey, recordPrefix } from '../log/layout.js'

export class RecordsOnDisk {
  readonly #rows = new Map<string, Row[]>()

  /** Takes all records out of `rows`; what else is there stays. */
  constructor(rows: Row[]) {
    const { length } = recordPrefix(0 as GroupId)
    let others = 0
    for (const row of rows) {
      if (!isRecordKey(row.key)) {
        rows[others++] = row
        continue
      }
      const prefix = row.key.slice(0, length)
      const found = this.#rows.get(prefix)
      if (found === undefined) this.#rows.set(prefix, [row])
      else found.push(row)
    }
    rows.length = others
  }

  /** Those of a group, in key order: once. */
  take(group: GroupId): readonly Row[] {
    const prefix = recordPrefix(group)
    const rows = this.#rows.get(prefix) ?? []
    this.#rows.delete(prefix)
    return rows
  }
}
