// When two replies mean the same although their bytes differ: hash tables have no order, chance picks,
// clocks differ. Each rule knows as little as it can; everything else is compared byte for byte.

import { canonical, type Node, parseReply, wireText } from './reply-text.js'

/** Whether the replies to `line` are equal under the command's rule. */
type Rule = (ours: Node, theirs: Node, line: readonly string[]) => boolean

/** Members in step have a clock of their own. */
const marginMs = 600_000

export function isSame(
  line: readonly string[],
  name: string,
  ours: string,
  theirs: string,
): boolean {
  if (ours === theirs) return true
  return rules[name]?.(parseReply(ours), parseReply(theirs), line) === true
}

/** The items of two replies of EXEC, which answer the queued lines; null where the lists do not match. */
export function itemsOf(
  ours: string,
  theirs: string,
): readonly (readonly [string, string])[] | null {
  const [a, b] = [parseReply(ours).items, parseReply(theirs).items]
  if (a === null || b === null || a.length !== b.length) return null
  return a.map((item, i) => [wireText(item), wireText(b[i] as Node)])
}

/** Lists of the same items in any order. */
const unordered: Rule = (ours, theirs) =>
  ours.kind === theirs.kind && sorted(ours.items).join() === sorted(theirs.items).join()

/** Flat lists of pairs, or maps, in any order of the pairs. */
const unorderedPairs: Rule = (ours, theirs) =>
  ours.kind === theirs.kind && pairs(ours.items).join() === pairs(theirs.items).join()

/** As many picks of the same kind. */
const picked: Rule = (ours, theirs) =>
  ours.kind === theirs.kind &&
  ours.items?.length === theirs.items?.length &&
  '$*~'.includes(ours.kind)

/** Cursors are our own: whole answers hold the same, pages look the same. */
function page(items: Rule): Rule {
  return (ours, theirs, line) => {
    const [cursor, list] = ours.items ?? []
    const [theirCursor, theirList] = theirs.items ?? []
    if (
      cursor === undefined ||
      list === undefined ||
      theirCursor === undefined ||
      theirList === undefined
    )
      return false
    const isWhole =
      cursor.text === '0' && theirCursor.text === '0' && (line[1] === '0' || line[2] === '0')
    if (!isWhole) return list.kind === theirList.kind
    return items(list, theirList, line)
  }
}

function near(msPerUnit: number): Rule {
  return (ours, theirs) => {
    if (ours.kind !== ':' || theirs.kind !== ':') return false
    const [a, b] = [Number(ours.text), Number(theirs.text)]
    return a > 0 && b > 0 && Math.abs(a - b) * msPerUnit <= marginMs
  }
}

/** Times within lists: every integer may be off by the margin, the rest is the same. */
const nearWithin: Rule = (ours, theirs) => isNear(ours, theirs)

function isNear(ours: Node, theirs: Node): boolean {
  if (ours.kind !== theirs.kind) return false
  if (ours.items !== null && theirs.items !== null) {
    const others = theirs.items
    return (
      ours.items.length === others.length &&
      ours.items.every((item, i) => isNear(item, others[i] as Node))
    )
  }
  if (ours.text === theirs.text) return true
  return ours.kind === ':' && Math.abs(Number(ours.text) - Number(theirs.text)) <= marginMs
}

/** Identifiers that begin with the milliseconds of now. */
const stampedId: Rule = (ours, theirs, line) => {
  const [a, b] = [ours.text, theirs.text].map((text) => Number(text.split('-')[0]))
  return (
    line.includes('*') &&
    ours.kind === '$' &&
    theirs.kind === '$' &&
    Math.abs((a ?? 0) - (b ?? 0)) < marginMs
  )
}

/** SORT leaves the order of a set, and of equal weights, open. */
const sorting: Rule = (ours, theirs, line) => {
  const words = line.map((word) => word.toLowerCase())
  if (!words.includes('by')) return false
  return (words.includes('limit') ? picked : unordered)(ours, theirs, line)
}

const rules: Readonly<Record<string, Rule>> = {
  smembers: unordered,
  sinter: unordered,
  sunion: unordered,
  sdiff: unordered,
  keys: unordered,
  hkeys: unordered,
  hvals: unordered,
  hgetall: unorderedPairs,
  spop: picked,
  srandmember: picked,
  hrandfield: picked,
  zrandmember: picked,
  randomkey: picked,
  scan: page(unordered),
  sscan: page(unordered),
  hscan: page((ours, theirs, line) =>
    line.some((word) => word.toLowerCase() === 'novalues')
      ? unordered(ours, theirs, line)
      : unorderedPairs(ours, theirs, line),
  ),
  zscan: page(unorderedPairs),
  ttl: near(1000),
  pttl: near(1),
  expiretime: near(1000),
  pexpiretime: near(1),
  'object|idletime': (ours, theirs) => ours.kind === ':' && theirs.kind === ':',
  'object|freq': (ours, theirs) => ours.kind === ':' && theirs.kind === ':',
  'object|refcount': (ours, theirs) => ours.kind === ':' && theirs.kind === ':',
  xadd: stampedId,
  xpending: nearWithin,
  'xinfo|stream': nearWithin,
  'xinfo|groups': nearWithin,
  'xinfo|consumers': nearWithin,
  sort: sorting,
  sort_ro: sorting,
}

function sorted(items: readonly Node[] | null): string[] {
  return (items ?? []).map(canonical).toSorted()
}

function pairs(items: readonly Node[] | null): string[] {
  const list = items ?? []
  const made: string[] = []
  for (let i = 0; i < list.length; i += 2)
    made.push(
      `${canonical(list[i] as Node)}=${list[i + 1] === undefined ? '' : canonical(list[i + 1] as Node)}`,
    )
  return made.toSorted()
}
