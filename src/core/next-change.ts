// What has to happen to the members of a group so that they become those that the topology wants: who comes is a
// learner first and votes once it has caught up; who goes for another one goes in the same change.

import type { MemberId } from '../api/ids.js'
import type { MemberChange, Members } from '../api/strategy.js'
import type { Leaving } from '../api/topology.js'

export interface Wanted {
  /** By preference; those behind the first `votersMax` stay learners. */
  readonly members: readonly MemberId[]
  readonly leaving: readonly Leaving[]
  readonly votersMax: number
}

/** Who is to come, to vote and to go; of those who only come, too, whether they are to vote. */
export function lacking({ voters, learners }: Members, wanted: Wanted): MemberChange {
  const present = [...voters, ...learners]
  const kept = voters.filter((id) => wanted.members.includes(id))
  const seats = Math.max(0, wanted.votersMax - kept.length)
  return {
    add: wanted.members.filter((id) => !present.includes(id)),
    promote: wanted.members.filter((id) => !voters.includes(id)).slice(0, seats),
    remove: present.filter((id) => !wanted.members.includes(id)),
  }
}

/** Changes to ask for, best first: the next one where one is refused. None where the members are as wanted, or a change is open. */
export function nextChanges(actual: Members, wanted: Wanted): MemberChange[] {
  if (actual.outgoing !== undefined) return []
  const { add, promote, remove } = lacking(actual, wanted)
  if (add.length > 0) return [{ add, promote: [], remove: [] }]
  if (promote.length + remove.length === 0) return []
  // One that lags holds up neither the others nor who goes for nobody.
  const bound = wanted.leaving
    .map(({ id }) => ({ id, by: successorOf(id, wanted.leaving) }))
    .filter(({ id, by }) => remove.includes(id) && by !== null && promote.includes(by))
  const changes = [{ add: [], promote, remove }]
  for (const { id, by } of bound) changes.push({ add: [], promote: [by as MemberId], remove: [id] })
  for (const id of promote)
    if (!bound.some(({ by }) => by === id)) changes.push({ add: [], promote: [id], remove: [] })
  for (const id of remove)
    if (!bound.some((each) => each.id === id)) changes.push({ add: [], promote: [], remove: [id] })
  return changes
}

/** Who comes for it in the end: successors may be replaced before they were there. Null where nobody does. */
function successorOf(id: MemberId, leaving: readonly Leaving[]): MemberId | null {
  const by = leaving.find((each) => each.id === id)?.by
  if (by === undefined) return null
  return leaving.some((each) => each.id === by) ? successorOf(by, leaving) : by
}
