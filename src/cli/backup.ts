// `quorate backup DIRECTORY`: the data of all groups while clients go on, each group's at one position of its own, as
// RDB files.

import { mkdir, readdir } from 'node:fs/promises'
import { QuorateError } from '../base/errors.js'
import type { MemberLink } from '../backup/link.js'
import type { ClientOptions } from './arguments.js'
import { type BackedUpGroup, writeManifest } from '../backup/manifest.js'
import { takeGroup } from '../backup/take.js'
import { openMember } from './member-client.js'
import { readTopology, type TopologyReport } from './topology.js'
import { readStatus, type StatusReport, type StatusRow } from './status.js'

export interface BackupOptions extends ClientOptions {
  readonly json?: boolean
}

export async function backUp(directory: string, options: BackupOptions): Promise<number> {
  await prepare(directory)
  const at = Date.now()
  const status = await readStatus(options)
  const { epoch } = await readTopology(options)
  const version = String(status.version)
  const cluster = String(status.cluster)
  const links = new Map<string, Promise<MemberLink>>()
  const groups: BackedUpGroup[] = []
  try {
    for (const row of status.groups) {
      const from = sourceOf(status, row, options)
      const name = `${from.host}:${from.port}`
      const link = links.get(name) ?? openMember(from)
      links.set(name, link)
      const group = {
        id: Number(row['id']),
        keyspace: String(row['keyspace']),
        shard: Number(row['shard']),
      }
      const notes = {
        'redis-ver': '7.0.0',
        'quorate-ver': version,
        ctime: String(Math.floor(at / 1000)),
      }
      const made = await takeGroup({ link: await link, group, directory, notes })
      groups.push(made)
      if (options.json !== true) process.stdout.write(`${describe(made)}\n`)
    }
  } finally {
    for (const link of links.values()) (await link.catch(() => null))?.close()
  }
  if (haveMoved(await readTopology(options), epoch)) throw slotsMoved
  const manifest = { format: 1, version, cluster, at, groups } as const
  await writeManifest(directory, manifest)
  const keys = groups.reduce((sum, group) => sum + group.keys, 0)
  const bytes = groups.reduce((sum, group) => sum + group.bytes, 0)
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify(manifest, null, 2)}\n`
      : `${groups.length} groups, ${keys} keys, ${bytes} bytes in ${directory}\n`,
  )
  return 0
}

const slotsMoved = new QuorateError(
  'BACKUP_INVALID',
  'slots moved between shard groups meanwhile, so keys may be in no file: take the backup again',
)

/** Each change since `epoch` is told of, or there were too many. */
export function haveMoved(
  topology: Pick<TopologyReport, 'epoch' | 'changes'>,
  epoch: number,
): boolean {
  const later = topology.changes.filter((change) => change.epoch > epoch)
  const isUnseen = later.length < topology.epoch - epoch
  return isUnseen || later.some(({ what }) => /^(slots |shard group \d)/.test(what))
}

async function prepare(directory: string): Promise<void> {
  const found = await madeOrFound(directory).catch((error: unknown) => {
    throw new QuorateError('BACKUP_INVALID', `${directory} cannot be written: ${String(error)}`)
  })
  if (found.length === 0) return
  throw new QuorateError(
    'BACKUP_INVALID',
    `${directory} is not empty: a backup needs a directory of its own`,
  )
}

/** What is in it. Not made with those above it: node goes on for ever where they cannot be made. */
async function madeOrFound(directory: string): Promise<readonly string[]> {
  await mkdir(directory, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  return await readdir(directory)
}

/** The member that was named, or who leads the group where that one holds no replica. */
function sourceOf(status: StatusReport, group: StatusRow, options: ClientOptions): ClientOptions {
  if (group['role'] !== 'remote') return options
  const leader = status.members.find((member) => member['id'] === group['leader'])
  const address = /^(.+):(\d+)$/.exec(String(leader?.['address'] ?? ''))
  if (address === null) {
    throw new QuorateError(
      'MEMBER_UNREACHABLE',
      `group ${String(group['id'])} has no leader now, and member ${options.host}:${options.port} holds no replica of it`,
    )
  }
  return { ...options, host: address[1] as string, port: address[2] as string }
}

function describe({ keyspace, shard, keys, bytes, file, index }: BackedUpGroup): string {
  return `${keyspace}, shard ${shard}: ${keys} keys at index ${index}, ${bytes} bytes in ${file}`
}
