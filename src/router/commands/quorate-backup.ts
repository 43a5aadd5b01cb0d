// QUORATE BACKUP: a group's state at one position, page by page, for `quorate backup`. BEGIN answers the backup's
// number, era, term and index of the position, the manifest, and slots of which only leftovers are there; NEXT whether this was the last page, and pieces of rows:
// key, whether the row ends here, bytes. END lets the rows go.

import type { GroupBackups } from '../../api/backup.js'
import {
  error,
  noReplicaHere,
  notInTransaction,
  notInteger,
  syntaxError,
} from '../../api/replies.js'
import { type ErrorReply, isError, ok, type Reply } from '../../api/reply.js'
import { encodeRuns } from '../../api/slot-moves.js'
import { bytesToText } from '../../base/bytes.js'
import { admin, type RouterCommand } from '../command.js'
import { parseInteger } from '../numbers.js'
import type { Session } from '../session.js'
import { deferred, type RouterState } from '../state.js'

const name = 'quorate|backup'
const slotsMoving = error(
  'ERR Slots are on their way between shard groups: back up once they are there',
)
const noGroup = error('ERR There is no such group, see QUORATE STATUS')

export default {
  ...admin,
  name,
  arity: -4,
  since: '0.1.0',
  summary: 'Reads the state of a replication group at one position, for quorate backup.',
  arguments: [
    {
      name: 'step',
      type: 'oneof',
      arguments: [
        { name: 'begin', type: 'pure-token', token: 'BEGIN' },
        { name: 'next', type: 'pure-token', token: 'NEXT' },
        { name: 'end', type: 'pure-token', token: 'END' },
      ],
    },
    { name: 'group', type: 'integer' },
    { name: 'backup', type: 'integer', optional: true },
  ],
  run: (session, args, state) => {
    const step = (args[2] as string).toLowerCase()
    const index = parseInteger(args[3] as string)
    const id = args[4] === undefined ? null : parseInteger(args[4])
    if (index === null || (args[4] !== undefined && id === null)) return notInteger
    const group = state.groups[index]
    if (group === undefined) return noGroup
    const { backups } = group
    if (backups === undefined) return noReplicaHere
    if (step === 'begin' && args.length === 4) {
      // Each group has a position of its own: a key that goes from one to the other may be in both, or in none.
      if ((state.cluster.topology.moves ?? []).length > 0) return slotsMoving
      return deferredTo(session, state, (done) => begin(backups, done))
    }
    if (id === null || args.length > 5) return syntaxError
    if (step === 'next') return deferredTo(session, state, (done) => next(backups, id, done))
    if (step !== 'end') return syntaxError
    backups.end(id)
    return ok
  },
} satisfies RouterCommand

function begin(backups: GroupBackups, done: (reply: Reply) => void): void {
  backups.begin((opened) => {
    if (isRefused(opened)) return done(opened)
    const { id, era, position, manifest, hidden } = opened
    const slots = hidden.length === 0 ? [] : [encodeRuns(hidden)]
    done([id, era, position.term, position.index, bytesToText(manifest), ...slots])
  })
}

function next(backups: GroupBackups, id: number, done: (reply: Reply) => void): void {
  backups.next(id, (page) => {
    if (isRefused(page)) return done(page)
    const pieces = page.fragments.flatMap(({ key, isFinal, bytes }) => [
      key,
      isFinal ? 1 : 0,
      bytesToText(bytes),
    ])
    done([page.isLast ? 1 : 0, ...pieces])
  })
}

function isRefused(answer: object): answer is ErrorReply {
  return 'type' in answer && isError(answer as ErrorReply)
}

/** Answered in a later turn, or in this one. */
function deferredTo(
  session: Session,
  state: RouterState,
  ask: (done: (reply: Reply) => void) => void,
): Reply | typeof deferred {
  if (!state.mayDefer) return notInTransaction
  const ticket = session.open(state.table.findFull(name) ?? null)
  session.block()
  ask((reply) => {
    if (session.isClosed) return
    session.answer(ticket, reply)
    session.unblock()
  })
  return deferred
}
