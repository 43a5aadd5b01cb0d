// What must hold in a world of causal order once nothing moves any more.

import { type MemberId, seatOfStamp } from 'quorate/plugin'
import type { Lists } from './lists.js'
import { isEqual, type Node } from './node.js'

export interface AtRest {
  readonly nodes: readonly Node[]
  readonly lists: Lists
  /** Stamps of writes that were answered. */
  readonly answered: ReadonlySet<number>
}

/** What is wrong where all is calm, and will not come right any more. */
export function wrongAtRest({ nodes, lists, answered }: AtRest): string[] {
  const wrong: string[] = []
  const here = nodes.filter(({ id }) => lists.isOn(id))
  const [first, ...others] = here as [Node, ...Node[]]
  for (const { id, merged } of others) {
    if (!isEqual(first.merged, merged))
      wrong.push(`members ${first.id} and ${id} hold ${first.merged.size} and ${merged.size}`)
  }
  const { seats, voters } = lists.current
  for (const stamp of answered) {
    const isOfPresent = lists.isOn(seats[seatOfStamp(stamp)] as MemberId)
    if (isOfPresent && !first.merged.has(stamp)) wrong.push(`${stamp} was answered and is lost`)
  }
  const last = Math.max(0, ...first.merged)
  for (const { id, merged, stable, strategy } of here) {
    const role = voters.includes(id) ? 'leader' : 'learner'
    if (stable < last) wrong.push(`member ${id} does not find ${last} stable`)
    wrong.push(...wrongStamps({ id, merged, strategy }, seats.indexOf(id)))
    if (strategy?.status().role !== role) wrong.push(`member ${id} takes no writes`)
  }
  return wrong
}

/** Where it says what it made, and what is with all: that is so. */
function wrongStamps(
  { id, merged, strategy }: Pick<Node, 'id' | 'merged' | 'strategy'>,
  seat: number,
): string[] {
  const stamps = strategy?.status().stamps
  if (stamps === undefined) return []
  const own = Math.max(0, ...[...merged].filter((stamp) => seatOfStamp(stamp) === seat))
  const wrong: string[] = []
  if (stamps.made < own) wrong.push(`member ${id} made ${own}, and says ${stamps.made}`)
  if (stamps.stable < Math.max(0, ...merged)) wrong.push(`member ${id} calls less stable than is`)
  return wrong
}
