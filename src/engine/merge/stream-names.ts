// Names of what a stream has: its head, entries, groups, consumers of groups and what is pending for them.

export const headName = 'h'

export function entryName(id: string): string {
  return `e${id}`
}

export function groupName(group: string): string {
  return `g${group}`
}

export function consumerName(group: string, consumer: string): string {
  return `c${group.length}:${group}${consumer}`
}

export function pendingName(group: string, id: string): string {
  return `p${id}${group}`
}

/** Group and consumer of a consumer's name. */
export function parseConsumer(name: string): readonly [string, string] {
  const mark = name.indexOf(':')
  const from = mark + 1
  const at = from + Number(name.slice(1, mark))
  return [name.slice(from, at), name.slice(at)]
}

/** Group and id of a pending entry's name. */
export function parsePending(name: string): readonly [string, string] {
  return [name.slice(17), name.slice(1, 17)]
}

/** The group that a consumer or a pending entry hangs on, null for what is neither. */
export function groupOf(name: string): string | null {
  if (name[0] === 'c') return parseConsumer(name)[0]
  return name[0] === 'p' ? parsePending(name)[0] : null
}
