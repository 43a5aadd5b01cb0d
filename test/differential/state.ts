// What is left on a side after a run: every key of the first databases with its type, encoding, time
// and whole value, as lines to ask and replies to compare.

import type { Side } from './side.js'
import { isSame } from './rules.js'
import { parseReply } from './reply-text.js'
import type { Line } from './units.js'

const databases = 3

const dumps: Readonly<Record<string, (key: string) => Line>> = {
  string: (key) => ['get', key],
  hash: (key) => ['hgetall', key],
  list: (key) => ['lrange', key, '0', '-1'],
  set: (key) => ['smembers', key],
  zset: (key) => ['zrange', key, '0', '-1', 'withscores'],
  stream: (key) => ['xinfo', 'stream', key, 'full', 'count', '0'],
}

/** Encodings in which a hash or a set keeps an order of its own. */
const ordered = /^\$\d+\r\n(listpack|intset)\r\n$/

export interface Difference {
  readonly line: Line
  readonly name: string
  readonly ours: string
  readonly theirs: string
  /** Of EXEC: something was watched when consumer groups changed. */
  readonly hadGroupsChanged?: boolean
}

/** The first difference of what the sides hold, or null. Leaves both in database 0. */
export async function compareState(
  ours: Side,
  theirs: Side,
  known: (name: string) => boolean,
): Promise<Difference | null> {
  const both = async (lines: readonly Line[]): Promise<[string[], string[]]> => {
    const asked = theirs.send(lines)
    const own = await ours.send(lines)
    return [own, await asked]
  }
  for (let db = 0; db < databases; db++) {
    const [[, a = ''], [, b = '']] = await both([
      ['select', String(db)],
      ['keys', '*'],
    ])
    if (!isSame(['keys', '*'], 'keys', a, b))
      return { line: ['keys', '*'], name: 'keys', ours: a, theirs: b }
    const keys = (parseReply(b).items ?? []).map((item) => item.text)
    if (keys.length === 0) continue
    const [types] = await both(keys.map((key) => ['type', key]))
    const lines = keys.flatMap((key, i): Line[] => {
      const type = types[i]?.slice(1, -2) ?? ''
      const dump = dumps[type]?.(key) ?? ['type', key]
      return [['type', key], ['pexpiretime', key], ['object', 'encoding', key], dump].filter(
        (line) => known(nameOf(line)),
      )
    })
    const [own, other] = await both(lines)
    for (const [i, line] of lines.entries()) {
      const [x = '', y = ''] = [own[i], other[i]]
      // What Redis keeps in a list has an order, which is ours, too.
      const isOrdered =
        nameOf(lines[i - 1] ?? []) === 'object|encoding' && ordered.test(other[i - 1] ?? '')
      if (isOrdered ? x !== y : !isSame(line, nameOf(line), x, y)) {
        await both([['select', '0']])
        return { line, name: nameOf(line), ours: x, theirs: y }
      }
    }
  }
  await both([['select', '0']])
  return null
}

const containers = new Set(['object', 'xinfo', 'xgroup', 'client', 'config', 'command', 'memory'])

/** A command's name with its subcommand, as COMMAND DOCS has it. */
export function nameOf(line: Line): string {
  const name = (line[0] ?? '').toLowerCase()
  return containers.has(name) ? `${name}|${(line[1] ?? '').toLowerCase()}` : name
}
