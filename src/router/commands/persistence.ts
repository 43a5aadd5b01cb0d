// SAVE, BGSAVE, BGREWRITEAOF, LASTSAVE: checkpoints run by themselves, and what is acknowledged under
// durability always or everysec reaches the disk through the log. Asking for one is for those who want
// the log short: before a planned restart, or in a measurement. Nothing waits for it.

import { error, syntaxError } from '../../api/replies.js'
import { ok, type Reply, status } from '../../api/reply.js'
import { admin, type RouterCommand } from '../command.js'
import { isSaving, lastSavedAt } from '../saving.js'
import type { RouterState } from '../state.js'

const notSaved = error('ERR a keyspace with durability none is never saved')
const saving = status('Background saving started')
const scheduled = status('Background saving scheduled')
const rewriting = status('Background append only file rewriting started')

/** Asks for a checkpoint, except where a keyspace is kept in memory only. */
function ask(state: RouterState, reply: Reply): Reply {
  if (state.config.keyspaces.some(({ durability }) => durability === 'none')) return notSaved
  state.cluster.requestCheckpoint()
  return reply
}

export const save = {
  ...admin,
  name: 'save',
  arity: 1,
  flags: ['admin', 'noscript', 'no_async_loading', 'no_multi'],
  since: '1.0.0',
  summary: 'Begins a checkpoint; answers OK at once: all data is kept on disk anyway.',
  barrier: true,
  run: (_session, _args, state) => ask(state, ok),
} satisfies RouterCommand

export const bgSave = {
  ...admin,
  name: 'bgsave',
  arity: -1,
  flags: ['admin', 'noscript', 'no_async_loading'],
  since: '1.0.0',
  summary: 'Begins a checkpoint.',
  arguments: [{ name: 'schedule', type: 'pure-token', token: 'SCHEDULE', optional: true }],
  barrier: true,
  run: (_session, args, state) => {
    if (args.length > 2) return syntaxError
    if (args[1] !== undefined && args[1].toLowerCase() !== 'schedule') return syntaxError
    return ask(state, isSaving(state) ? scheduled : saving)
  },
} satisfies RouterCommand

export const bgRewriteAof = {
  ...admin,
  name: 'bgrewriteaof',
  arity: 1,
  flags: ['admin', 'noscript', 'no_async_loading'],
  since: '1.0.0',
  summary: 'Begins a checkpoint, behind which the log is cut.',
  run: (_session, _args, state) => ask(state, rewriting),
} satisfies RouterCommand

export const lastSave = {
  ...admin,
  name: 'lastsave',
  arity: 1,
  flags: ['loading', 'stale', 'fast'],
  categories: ['@admin', '@fast', '@dangerous'],
  since: '1.0.0',
  summary: 'Answers when the last checkpoint was finished.',
  tips: ['nondeterministic_output'],
  run: (_session, _args, state) => Math.floor(lastSavedAt(state) / 1000),
} satisfies RouterCommand
