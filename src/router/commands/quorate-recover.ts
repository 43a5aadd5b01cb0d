// QUORATE RECOVER: the operator's word that a halted group may go on with what is left.

import type { Group, GroupReport } from '../../api/group.js'
import { error, notInteger, syntaxError } from '../../api/replies.js'
import { ok } from '../../api/reply.js'
import { admin, type RouterCommand } from '../command.js'
import { parseInteger } from '../numbers.js'
import type { RouterState } from '../state.js'

export default {
  ...admin,
  name: 'quorate|recover',
  arity: -3,
  since: '0.1.0',
  summary: 'Lets halted groups go on with the longest log that is left: writes may be lost.',
  arguments: [
    { name: 'accept-loss', type: 'pure-token', token: 'ACCEPT-LOSS' },
    { name: 'group', type: 'integer', optional: true },
  ],
  run: (_session, args, state) => {
    if ((args[2] as string).toLowerCase() !== 'accept-loss' || args.length > 4) return syntaxError
    const given = args[3] === undefined ? null : parseInteger(args[3])
    if (args[3] !== undefined && given === null) return notInteger
    const group = given === null ? null : state.groups[given]
    if (group === undefined) return error('ERR There is no such group, see QUORATE STATUS')
    const refused =
      refusalOf(state, group) ?? state.cluster.acceptLoss(group === null ? null : group.id)
    return refused === null ? ok : error(`ERR ${refused}`)
  },
} satisfies RouterCommand

/** Why the word would change nothing, or null. */
function refusalOf(state: RouterState, asked: Group | null): string | null {
  const groups = asked === null ? state.groups.filter(({ isGone }) => isGone !== true) : [asked]
  const reports = groups.map((group) => {
    const report = group.report()
    return { ...report, waits: waitsForWord(group, report) }
  })
  if (asked === null && state.cluster.topologyReport().leader === null) return null
  const waiting = reports.filter(({ waits }) => waits)
  if (waiting.some(({ role }) => role !== 'remote')) return null
  if (waiting[0] !== undefined) return `this member holds no replica of group ${waiting[0].id}`
  const which = asked === null ? 'all groups' : 'the group'
  const [are, have] = asked === null ? ['are', 'have'] : ['is', 'has']
  const isServed = reports.every(({ health }) => health === 'ok' || health === 'degraded')
  const why = isServed ? `${which} ${are} served here` : `${which} ${have} a leader`
  return `there is nothing to recover: ${why}`
}

/** With a leader, groups of one order wait for nobody's word: a majority of intact members elected it. */
function waitsForWord({ sight }: Group, { health, leader }: GroupReport): boolean {
  return sight?.supports.ackMeans === 'local' ? health !== 'ok' : leader === null
}
