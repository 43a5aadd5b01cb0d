// All members of a set, in the order in which Redis answers them where it has one.

import type { later } from '../../../api/engine.js'
import type { Reply } from '../../../api/reply.js'
import type { Context } from '../../context.js'
import { orderedMembers, type SetValue, setEncodings } from '../../values/set.js'
import { overParts } from '../over-parts.js'

/** Answers what `finish` makes of them. */
export function allMembers(
  context: Context,
  set: SetValue,
  finish: (members: readonly string[]) => Reply,
): Reply | typeof later {
  if (set.encoding === setEncodings.intset) return finish(orderedMembers(set))
  const members: string[] = []
  return overParts(context, set.body, {
    visit(part) {
      for (const member of part.map.keys()) members.push(member)
    },
    finish: () => finish(members),
  })
}
