// `quorate verify SOURCE`: whether a backup is whole: checksums, and as many keys as its manifest says. With a
// port, too: whether a cluster has each of its keys with the same value.

import { QuorateError } from '../base/errors.js'
import type { MemberLink } from '../backup/link.js'
import type { ClientOptions } from './arguments.js'
import { areSame } from '../backup/elements.js'
import { checkFile, filesOf, readRdb } from '../backup/rdb-file.js'
import { openMember } from './member-client.js'

export type VerifyOptions = Omit<ClientOptions, 'port'> & {
  readonly port?: string
  readonly json?: boolean
}

interface Difference {
  readonly db: number
  readonly key: string
  readonly what: 'missing' | 'different'
}

const batch = 128
/** Differences that are told one by one. */
const toldMax = 10

export async function verify(source: string, options: VerifyOptions): Promise<number> {
  const files = await filesOf(source)
  let keys = 0
  for (const file of files) keys += await checkFile(file)
  const { port } = options
  const differences =
    port === undefined
      ? []
      : await compare(
          files.map(({ path }) => path),
          { ...options, port },
        )
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify({ files: files.length, keys, differences }, null, 2)}\n`)
  } else {
    const compared =
      port === undefined ? '' : `, ${keys - differences.length} of them equal in the cluster`
    process.stdout.write(`${files.length} files are whole, ${keys} keys${compared}\n`)
    for (const { db, key, what } of differences.slice(0, toldMax)) {
      process.stderr.write(`key ${JSON.stringify(key)} of database ${db} is ${what}\n`)
    }
    if (differences.length > toldMax)
      process.stderr.write(`and ${differences.length - toldMax} more\n`)
  }
  return differences.length === 0 ? 0 : 1
}

interface Expected {
  readonly key: string
  readonly payload: Buffer
}

async function compare(paths: readonly string[], options: ClientOptions): Promise<Difference[]> {
  const differences: Difference[] = []
  const link = await openMember(options)
  let db = 0
  let held: Expected[] = []
  const look = async (): Promise<void> => {
    differences.push(...(await differencesOf(link, db, held)))
    held = []
  }
  try {
    for (const path of paths) {
      for await (const item of readRdb(path)) {
        if (item.kind !== 'key' || (item.expiresAt !== null && item.expiresAt <= Date.now()))
          continue
        if (item.db !== db || held.length >= batch) await look()
        if (item.db !== db) await link.call('select', String(item.db))
        db = item.db
        held.push(item)
      }
    }
    await look()
  } finally {
    link.close()
  }
  return differences
}

async function differencesOf(
  link: MemberLink,
  db: number,
  held: readonly Expected[],
): Promise<Difference[]> {
  if (held.length === 0) return []
  const dumps = await link.pipeline(held.map(({ key }) => ['dump', Buffer.from(key, 'latin1')]))
  return held.flatMap(({ key, payload }, i): Difference[] => {
    const dump = dumps[i]
    if (dump instanceof Error)
      throw new QuorateError(
        'MEMBER_UNREACHABLE',
        `key ${JSON.stringify(key)} of database ${db} cannot be compared: ${dump.message}`,
      )
    if (!Buffer.isBuffer(dump)) return [{ db, key, what: 'missing' }]
    return areSame(dump, payload) ? [] : [{ db, key, what: 'different' }]
  })
}
