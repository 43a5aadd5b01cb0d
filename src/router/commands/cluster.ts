// CLUSTER, READONLY, READWRITE, ASKING: members route and forward for every client, so none is sent
// redirections yet; the answers are those of a server without cluster mode.

import type { CommandFlag } from '../../api/command.js'
import { error } from '../../api/replies.js'
import { connection, container, plain, type RouterCommand } from '../command.js'

const disabled = error('ERR This instance has cluster support disabled')

/** Name and arity of the subcommands that clients and tools ask for. */
const asked: readonly (readonly [string, number])[] = [
  ['countkeysinslot', 3],
  ['getkeysinslot', 4],
  ['help', 2],
  ['info', 2],
  ['keyslot', 3],
  ['links', 2],
  ['myid', 2],
  ['myshardid', 2],
  ['nodes', 2],
  ['replicas', 3],
  ['shards', 2],
  ['slaves', 3],
  ['slots', 2],
]

const isSteady = new Set(['countkeysinslot', 'help', 'keyslot', 'myid', 'myshardid'])

function isAdmin(name: string): boolean {
  return name === 'replicas' || name === 'slaves'
}

function flagsOf(name: string): readonly CommandFlag[] {
  if (name === 'help') return ['loading', 'stale']
  return isAdmin(name) ? ['admin', 'stale'] : ['stale']
}

export const cluster = {
  ...container,
  group: 'cluster',
  name: 'cluster',
  since: '3.0.0',
  summary: 'Commands of cluster mode, which is off.',
  complexity: 'Depends on subcommand.',
  subcommands: asked.map(([name, arity]) => ({
    ...plain,
    group: 'cluster',
    name: `cluster|${name}`,
    arity,
    flags: flagsOf(name),
    categories: isAdmin(name) ? ['@admin', '@slow', '@dangerous'] : ['@slow'],
    tips: isSteady.has(name) ? [] : ['nondeterministic_output'],
    since: '3.0.0',
    summary: 'Refused: cluster mode is off.',
    run: () => disabled,
  })),
} satisfies RouterCommand

function modeOf(name: string, summary: string): RouterCommand {
  return {
    ...connection,
    name,
    arity: 1,
    flags: name === 'asking' ? ['fast'] : ['loading', 'stale', 'fast'],
    since: '3.0.0',
    summary,
    run: () => disabled,
  }
}

export const readOnly = modeOf('readonly', 'Allows reads from replicas in cluster mode.')
export const readWrite = modeOf('readwrite', 'Ends READONLY.')
export const asking = modeOf('asking', 'Follows an ASK redirection in cluster mode.')
