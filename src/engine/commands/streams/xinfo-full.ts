// XINFO STREAM key FULL [COUNT count]: everything of a stream, its groups and their consumers.

import type { Reply } from '../../../api/reply.js'
import type { Context } from '../../context.js'
import type { Int64 } from '../../values/integer.js'
import { plus, type StreamValue } from '../../values/stream.js'
import {
  type Consumer,
  entriesUnknown,
  type Group,
  type Pending,
} from '../../values/stream-group.js'
import { formatId, idMax, idMin } from '../../values/stream-id.js'
import { EntryWalk, entryReply } from './stream.js'

/** What both forms begin with. */
export function headReply(stream: StreamValue): Reply[] {
  const keys = stream.body.size === 0 ? [] : stream.body.parts.map((part) => part.ids[0] ?? '')
  return [
    'length',
    stream.body.size,
    'radix-tree-keys',
    keys.length,
    'radix-tree-nodes',
    radixNodes(keys, { from: 0, to: keys.length, depth: 0 }),
    'last-generated-id',
    formatId(stream.lastId),
    'max-deleted-entry-id',
    formatId(stream.maxDeletedId),
    'entries-added',
    stream.added,
    'recorded-first-entry-id',
    formatId(stream.firstId),
  ]
}

/** Entries that a group has still to read, null where that is not known. */
export function lagOf({ effects }: Context, stream: StreamValue, group: Group): Int64 | null {
  // Where all members write, what several of them added at once is not in `added`.
  if (!effects.isOrdered) return stream.countBehind(group.lastId)
  if (stream.added === 0) return 0
  const isKnown = group.entriesRead !== entriesUnknown && !stream.hasGapBehind(group.lastId)
  const read = isKnown ? group.entriesRead : stream.entriesUpTo(group.lastId)
  return read === entriesUnknown ? null : plus(stream.added, -read)
}

export function readOf(group: Group): Reply {
  return group.entriesRead === entriesUnknown ? null : group.entriesRead
}

export function fullReply(context: Context, stream: StreamValue, count: number): Reply {
  const entries: Reply[] = []
  const walk = new EntryWalk(stream, { first: idMin, last: idMax })
  for (let id = walk.next(); id !== null; id = walk.next()) {
    entries.push(entryReply(id, walk.entry))
    if (entries.length === count) break
  }
  const groups = stream.sortedGroups().map((group) => groupReply(context, { stream, group, count }))
  return { type: 'map', pairs: [...headReply(stream), 'entries', entries, 'groups', groups] }
}

function groupReply(
  context: Context,
  {
    stream,
    group,
    count,
  }: { readonly stream: StreamValue; readonly group: Group; readonly count: number },
): Reply {
  const pending = firstOf(group.order.ids, count).map((id): Reply => {
    const { consumer, deliveredAt, deliveries } = group.pending.get(id) as Pending
    return [formatId(id), consumer.name, deliveredAt, deliveries]
  })
  return {
    type: 'map',
    pairs: [
      'name',
      group.name,
      'last-delivered-id',
      formatId(group.lastId),
      'entries-read',
      readOf(group),
      'lag',
      lagOf(context, stream, group),
      'pel-count',
      group.order.size,
      'pending',
      pending,
      'consumers',
      group.sorted().map((consumer) => consumerReply(group, consumer, count)),
    ],
  }
}

function consumerReply(group: Group, consumer: Consumer, count: number): Reply {
  const pending = firstOf(consumer.pending.ids, count).map((id): Reply => {
    const { deliveredAt, deliveries } = group.pending.get(id) as Pending
    return [formatId(id), deliveredAt, deliveries]
  })
  return {
    type: 'map',
    pairs: [
      'name',
      consumer.name,
      'seen-time',
      consumer.seenAt,
      'active-time',
      consumer.activeAt,
      'pel-count',
      consumer.pending.size,
      'pending',
      pending,
    ],
  }
}

function firstOf(ids: readonly string[], count: number): readonly string[] {
  return count === 0 ? ids : ids.slice(0, count)
}

/** Nodes that Redis' radix tree has for these keys, which are in order and of one length, from `depth` on. */
function radixNodes(
  keys: readonly string[],
  range: { readonly from: number; readonly to: number; readonly depth: number },
): number {
  const { from, to, depth } = range
  const first = keys[from]
  const last = keys[to - 1]
  if (first === undefined || last === undefined) return 1
  let end = depth
  while (end < first.length && first[end] === last[end]) end++
  // A run without a branch is one node, and the end of a key, or a branch, another.
  let count = (end > depth ? 1 : 0) + 1
  if (end === first.length) return count
  for (let at = from; at < to; ) {
    let next = at + 1
    while (next < to && (keys[next] as string)[end] === (keys[at] as string)[end]) next++
    count += radixNodes(keys, { from: at, to: next, depth: end + 1 })
    at = next
  }
  return count
}
