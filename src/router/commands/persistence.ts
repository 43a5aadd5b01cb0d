// SAVE, BGSAVE, BGREWRITEAOF, LASTSAVE: checkpoints run by themselves, and what is acknowledged under
// durability always or everysec reaches the disk through the log. Asking for one is for those who want
// the log short: before a planned restart, or in a measurement. Nothing waits for it.

import { specs } from '../specs/server.js'
import { error, syntaxError } from '../../api/replies.js'
import { ok, type Reply, status } from '../../api/reply.js'
import type { RouterCommand } from '../command.js'
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
  ...specs.save,
  barrier: true,
  run: (_session, _args, state) => ask(state, ok),
} satisfies RouterCommand

export const bgSave = {
  ...specs.bgsave,
  barrier: true,
  run: (_session, args, state) => {
    if (args.length > 2) return syntaxError
    if (args[1] !== undefined && args[1].toLowerCase() !== 'schedule') return syntaxError
    return ask(state, isSaving(state) ? scheduled : saving)
  },
} satisfies RouterCommand

export const bgRewriteAof = {
  ...specs.bgrewriteaof,
  run: (_session, _args, state) => ask(state, rewriting),
} satisfies RouterCommand

export const lastSave = {
  ...specs.lastsave,
  run: (_session, _args, state) => Math.floor(lastSavedAt(state) / 1000),
} satisfies RouterCommand
