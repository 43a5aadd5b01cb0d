// GEOADD: points are read, then their geohashes are added as ZADD adds scores.

import type { later } from '../../../api/engine.js'
import type { ErrorReply, Reply } from '../../../api/reply.js'
import type { Context } from '../../context.js'
import { cellAt, scoreOf, stepMax } from '../../values/geohash.js'
import { inSteps } from '../steps.js'
import { addEntries, type AddOptions } from '../zsets/add.js'
import { parsePoint } from './coordinates.js'

/** Adds the triples of longitude, latitude and member in `args[from]` and behind. */
export function addPoints(
  context: Context,
  args: readonly string[],
  { from, options }: { readonly from: number; readonly options: AddOptions },
): Reply | typeof later {
  const members: string[] = []
  const scores: number[] = []
  let failed: ErrorReply | null = null
  return inSteps(context, (args.length - from) / 3, {
    visit(index) {
      const at = from + index * 3
      const point = parsePoint(args, at)
      if ('type' in point) {
        failed = point
        return false
      }
      scores.push(scoreOf(cellAt(point, stepMax)))
      members.push(args[at + 2] as string)
      return true
    },
    finish: () => failed ?? addEntries(context, args[1] as string, { members, scores, options }),
  })
}
