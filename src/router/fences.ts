// Slots came to a group whose reads this member answers from what it has applied: until that has what came with them,
// reads ask the leader. Else a client would miss what it saw at the group before.

import type { Level } from '../api/config.js'
import { isError } from '../api/reply.js'
import { isSlotRefusal } from '../api/slot-moves.js'
import { hasBug } from '../base/seeded-bug.js'
import type { ReadLevel } from '../api/strategy.js'
import type { Session } from './session.js'
import type { RouterState } from './state.js'

/** Milliseconds until a read that was not answered is tried again. */
const retryMs = 100

/** Of `strong` ones connections may read what the member has, too. */
export function needsFence(level: Level | undefined): boolean {
  return level === 'strong' || level === 'sequential'
}

/** What reads of a connection ask of a group; undefined for what its keyspace promises. */
export function levelAt(
  { route }: RouterState,
  { terms }: Session,
  index: number,
): ReadLevel | undefined {
  return route.fences[index] ?? terms?.levelOf(index)
}

/** Reads of the group are linearizable until one was answered. */
export function raiseFence(state: RouterState, index: number): void {
  const { fences } = state.route
  if (fences[index] !== undefined || hasBug('move-no-fence')) return
  fences[index] = 'linearizable'
  state.detours.later(state.now.mono, 0, () => ask(state, index))
}

function ask(state: RouterState, index: number): void {
  const group = state.groups[index]
  const spec = state.table.find('exists')?.spec
  if (group === undefined || group.isGone === true || spec === undefined) return
  const lane = group.lane({
    answer: (_ticket, reply) => {
      if (!isError(reply) || isSlotRefusal(reply)) state.route.fences[index] = undefined
      else state.detours.later(state.now.mono, retryMs, () => ask(state, index))
    },
  })
  const args = ['exists', '']
  group.submit(lane, { spec, write: false, db: 0, args, ticket: 0, level: 'linearizable' })
}
