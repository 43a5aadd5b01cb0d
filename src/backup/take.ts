// Takes the state of one group from a member, at one position, into an RDB file.

import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeRuns } from '../api/slot-moves.js'
import { QuorateError } from '../base/errors.js'
import type { MemberLink } from './link.js'
import type { BackedUpGroup } from './manifest.js'
import { RowsWriter } from './rows-file.js'
import { rowsToRdb } from './rows-to-rdb.js'

/** A group as the status shows it. */
export interface GroupPlace {
  readonly id: number
  readonly keyspace: string
  readonly shard: number
}

export async function takeGroup(of: {
  readonly link: MemberLink
  readonly group: GroupPlace
  readonly directory: string
  readonly notes: Readonly<Record<string, string>>
}): Promise<BackedUpGroup> {
  const { link, group, directory, notes } = of
  const file = `${group.keyspace}-${group.shard}.rdb`
  const rows = join(directory, `${file}.rows`)
  const opened = await link.call('QUORATE', 'BACKUP', 'BEGIN', String(group.id))
  if (!isOpened(opened)) throw odd('BEGIN')
  const [id, era, term, index, manifest, slots = Buffer.alloc(0)] = opened
  const hidden = decodeRuns(slots.toString('latin1')) ?? []
  await takeRows(link, { group: group.id, id, rows })
  await link.call('QUORATE', 'BACKUP', 'END', String(group.id), String(id))
  const made = await rowsToRdb({ rows, manifest, hidden, rdb: join(directory, file), notes })
  await rm(rows)
  return {
    group: group.id,
    keyspace: group.keyspace,
    shard: group.shard,
    era,
    term,
    index,
    file,
    ...made,
  }
}

async function takeRows(
  link: MemberLink,
  of: { readonly group: number; readonly id: number; readonly rows: string },
): Promise<void> {
  const writer = await RowsWriter.create(of.rows)
  let pieces: Buffer[] = []
  for (let isLast = false; !isLast; ) {
    const page = await link.call('QUORATE', 'BACKUP', 'NEXT', String(of.group), String(of.id))
    if (!Array.isArray(page)) throw odd('NEXT')
    isLast = page[0] === 1
    for (let i = 1; i < page.length; i += 3) {
      const [key, isFinal, bytes]: unknown[] = page.slice(i, i + 3)
      if (!Buffer.isBuffer(key) || !Buffer.isBuffer(bytes)) throw odd('NEXT')
      pieces.push(bytes)
      if (isFinal !== 1) continue
      await writer.add(key, pieces.length === 1 ? bytes : Buffer.concat(pieces))
      pieces = []
    }
  }
  await writer.close()
}

type Opened = readonly [
  id: number,
  era: number,
  term: number,
  index: number,
  manifest: Buffer,
  /** Whose keys are not the group's; absent where there are none. */
  slots?: Buffer,
]

function isOpened(answer: unknown): answer is Opened {
  if (!Array.isArray(answer) || answer.length < 5 || answer.length > 6) return false
  const isPlaced = answer.slice(0, 4).every((each) => typeof each === 'number')
  return isPlaced && answer.slice(4).every((each) => Buffer.isBuffer(each))
}

function odd(step: string): QuorateError {
  return new QuorateError(
    'MEMBER_UNREACHABLE',
    `QUORATE BACKUP ${step} was answered with something else`,
  )
}
