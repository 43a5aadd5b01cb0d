// One client as CLIENT LIST and CLIENT INFO print it: Redis' fields in Redis' order, those that mean
// nothing here as zeros.

import { clientBytes } from './client-memory.js'
import type { Session } from './session.js'

/** Without a line ending. `mono` is the time of the turn. */
export function clientLine(session: Session, mono: number): string {
  const { facts } = session
  const fields: readonly (readonly [string, string | number])[] = [
    ['id', session.id],
    ['addr', session.remote],
    ['laddr', session.local],
    ['fd', 0],
    ['name', facts.name],
    ['age', seconds(mono - facts.connectedAt)],
    ['idle', seconds(mono - facts.heardAt)],
    ['flags', flagsOf(session)],
    ['db', session.db],
    ['sub', session.listens?.[0].size ?? 0],
    ['psub', session.listens?.[1].size ?? 0],
    ['ssub', session.listens?.[2].size ?? 0],
    ['multi', session.transaction?.commands.length ?? -1],
    ['qbuf', session.parser.keptBytes + facts.queryBytes],
    ['qbuf-free', 0],
    ['argv-mem', 0],
    ['multi-mem', session.transaction?.bytes ?? 0],
    ['rbs', 0],
    ['rbp', 0],
    ['obl', session.outputChars],
    ['oll', session.pending],
    ['omem', session.unsent],
    ['tot-mem', clientBytes(session)],
    ['events', session.isPaused ? 'w' : 'r'],
    ['cmd', facts.lastCommand],
    ['user', session.user.name],
    ['redir', session.tracking?.redirect ?? -1],
    ['resp', session.protocol],
    ['lib-name', facts.libraryName],
    ['lib-ver', facts.libraryVersion],
  ]
  return fields.map(([name, value]) => `${name}=${value}`).join(' ')
}

/** In Redis' order. */
function flagsOf(session: Session): string {
  const { tracking, facts } = session
  const flags = [
    [session.isMonitor, 'O'],
    [session.subscribed > 0, 'P'],
    [session.transaction !== null, 'x'],
    [session.heldBy !== null || session.waits !== null, 'b'],
    [tracking !== null, 't'],
    [tracking?.isRedirectBroken === true, 'R'],
    [tracking !== null && tracking.prefixes !== null, 'B'],
    [session.isFinished, 'c'],
    [session.cluster?.isReadOnly === true, 'r'],
    [facts.noEvict, 'e'],
    [facts.noTouch, 'T'],
  ] as const
  const set = flags.map(([isSet, letter]) => (isSet ? letter : '')).join('')
  return set === '' ? 'N' : set
}

function seconds(ms: number): number {
  return Math.max(0, Math.floor(ms / 1000))
}
