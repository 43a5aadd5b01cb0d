// QUORATE EXPLAIN key: where a key lives and what is promised of it, before anybody trusts it.

import type { KeyspaceConfig } from '../../api/config.js'
import type { Group } from '../../api/group.js'
import { keySlot } from '../../base/keyslot.js'
import { plain, type RouterCommand } from '../command.js'
import { promisesOf } from '../promises.js'
import { readTerms } from '../terms/read-levels.js'
import { whyOf } from '../why.js'

export default {
  ...plain,
  name: 'quorate|explain',
  arity: 3,
  flags: ['loading', 'stale', 'readonly'],
  categories: ['@read', '@slow', '@keyspace'],
  group: 'generic',
  since: '0.1.0',
  summary: 'Says where a key lives, how it is replicated, and what an answer about it means.',
  keys: [{ first: 2, last: 2, step: 1, flags: ['RO'] }],
  arguments: [{ name: 'key', type: 'key', keySpec: 0 }],
  run: (session, args, state) => {
    const key = args[2] as string
    const index = state.route.groupOf(session.db, key)
    const report = (state.groups[index] as Group).report()
    const why = whyOf(state, report)
    const { keyspaces } = state.config
    const keyspace = keyspaces.find(({ name }) => name === report.keyspace) as KeyspaceConfig
    const { members } = state.cluster
    const leader = members.find(({ id }) => id === report.leader)
    const { level, durability } = keyspace
    const held = state.shards.holdersOf(state.groups[index] as Group).length
    const { isRemote = false } = state.groups[index] as Group
    const of = { durability, members: held, isRemote }
    const promises = promisesOf({ level, ...of })
    const term = readTerms(state, session.terms?.asked ?? null)[index]
    const shows = term?.shows ?? level
    const shown = promisesOf({ level: shows, ...of })
    return {
      type: 'map',
      pairs: Object.entries({
        key,
        database: session.db,
        slot: keySlot(key),
        keyspace: report.keyspace,
        'shard-group': report.shard,
        group: report.id,
        strategy: report.strategy,
        level,
        durability,
        leader: leader === undefined ? null : `${leader.name} ${leader.address}`,
        health: report.health,
        ...(why === '' ? {} : { why }),
        ok: promises.ok,
        'read-level': term?.refusal == null ? shows : 'refused',
        read: term?.refusal?.text ?? shown.read,
        'without-majority': shown.minority,
      }).flat(),
    }
  },
} satisfies RouterCommand
