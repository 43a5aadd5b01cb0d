// SAVE, BGSAVE, BGREWRITEAOF, LASTSAVE: checkpoints run by themselves, and what is acknowledged under
// durability always or everysec reaches the disk through the log, so there is nothing to start.

import { error, syntaxError } from '../../api/replies.js'
import { ok, type Reply, status } from '../../api/reply.js'
import { admin, type RouterCommand } from '../command.js'
import type { RouterState } from '../state.js'

const notSaved = error('ERR a keyspace with durability none is never saved')
const saving = status('Background saving started')
const rewriting = status('Background append only file rewriting started')

function unlessVolatile(state: RouterState, reply: Reply): Reply {
  return state.config.keyspaces.some(({ durability }) => durability === 'none') ? notSaved : reply
}

export const save = {
  ...admin,
  name: 'save',
  arity: 1,
  flags: ['admin', 'noscript', 'no_async_loading', 'no_multi'],
  since: '1.0.0',
  summary: 'Answers OK when all data is kept on disk anyway.',
  barrier: true,
  run: (_session, _args, state) => unlessVolatile(state, ok),
} satisfies RouterCommand

export const bgSave = {
  ...admin,
  name: 'bgsave',
  arity: -1,
  flags: ['admin', 'noscript', 'no_async_loading'],
  since: '1.0.0',
  summary: 'As SAVE.',
  arguments: [{ name: 'schedule', type: 'pure-token', token: 'SCHEDULE', optional: true }],
  barrier: true,
  run: (_session, args, state) => {
    if (args.length > 2) return syntaxError
    if (args[1] !== undefined && args[1].toLowerCase() !== 'schedule') return syntaxError
    return unlessVolatile(state, saving)
  },
} satisfies RouterCommand

export const bgRewriteAof = {
  ...admin,
  name: 'bgrewriteaof',
  arity: 1,
  flags: ['admin', 'noscript', 'no_async_loading'],
  since: '1.0.0',
  summary: 'As SAVE: the log is cut behind checkpoints by itself.',
  run: (_session, _args, state) => unlessVolatile(state, rewriting),
} satisfies RouterCommand

export const lastSave = {
  ...admin,
  name: 'lastsave',
  arity: 1,
  flags: ['loading', 'stale', 'fast'],
  categories: ['@admin', '@fast', '@dangerous'],
  since: '1.0.0',
  summary: 'Answers the time up to which all acknowledged data is kept: now.',
  tips: ['nondeterministic_output'],
  run: (_session, _args, state) => Math.floor(state.now.wall / 1000),
} satisfies RouterCommand
