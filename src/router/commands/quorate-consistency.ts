// QUORATE CONSISTENCY: the level of the reads of a connection, weaker or stronger than its keyspaces'.

import { levels } from '../../api/config.js'
import { unknownLevel } from '../../api/replies.js'
import { ok } from '../../api/reply.js'
import { plain, type RouterCommand } from '../command.js'
import { readTerms } from '../terms/read-levels.js'
import { termsOf } from '../terms/session-token.js'

export default {
  ...plain,
  name: 'quorate|consistency',
  arity: -2,
  flags: ['noscript', 'loading', 'stale', 'no_multi'],
  categories: ['@slow', '@connection'],
  group: 'connection',
  since: '0.1.0',
  summary: 'Says what the reads of the connection show, or sets it.',
  arguments: [
    {
      name: 'level',
      type: 'oneof',
      optional: true,
      arguments: [...levels, 'default'].map((level) => ({
        name: level,
        type: 'pure-token' as const,
        token: level.toUpperCase(),
      })),
    },
  ],
  barrier: true,
  run: (session, args, state) => {
    if (args.length > 3) return unknownLevel
    if (args[2] === undefined) {
      const asked = session.terms?.asked ?? null
      const reads = readTerms(state, asked)
      const shown = new Map<string, string>()
      state.groups.forEach(({ keyspace }, index) => {
        const term = reads[index]
        shown.set(keyspace, term?.refusal != null ? 'refused' : (term?.shows ?? ''))
      })
      const pairs = ['level', asked ?? 'default', 'reads']
      return { type: 'map', pairs: [...pairs, { type: 'map', pairs: [...shown].flat() }] }
    }
    const word = args[2].toLowerCase()
    const asked = levels.find((level) => level === word) ?? null
    if (asked === null && word !== 'default') return unknownLevel
    const terms = termsOf(state, session)
    const before = terms.reads
    terms.asked = asked
    terms.reads = readTerms(state, asked)
    if (state.cluster.diskShort) {
      // The leader read for it, and this member is behind that.
      terms.reads.forEach(({ shows }, index) => {
        const wasStrong = before[index]?.shows === 'strong' && session.lanes.has(index)
        if (wasStrong && shows !== 'strong') terms.needAnew(index)
      })
    }
    return ok
  },
} satisfies RouterCommand
