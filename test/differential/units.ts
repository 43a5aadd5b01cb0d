// Units of a run: one command, or a few that only make sense together. What is picked by chance or
// stamped with the time is taken away again in the same unit, so that both sides stay equal.

import type { Random } from '../../src/base/random.js'
import type { CommandDoc } from './docs.js'
import { type Coverage, drawLine, optionsOf } from './grammar.js'
import { builders } from './builders.js'
import { key, keyNames } from './pools.js'
import { integers } from './values.js'

export type Line = readonly string[]
export type Unit = readonly Line[]

/** Groups of Redis' documentation whose commands are drawn at random; the others are in tables. */
export const dataGroups: readonly string[] = [
  'generic',
  'string',
  'bitmap',
  'hyperloglog',
  'hash',
  'list',
  'set',
  'sorted-set',
  'geo',
  'stream',
]

/** Not drawn: they wait, answer for the process, or need another server. Tables hold them. */
const undrawn = new Set([
  'migrate',
  'wait',
  'pfdebug',
  'pfselftest',
  'object|help',
  'xgroup|help',
  'xinfo|help',
  'dump',
  'restore',
])
const drawnBesides = ['dbsize', 'flushall', 'flushdb', 'swapdb', 'select']
const rare = new Set(['flushall', 'flushdb', 'swapdb', 'select', 'move'])
const blocking = new Set([
  'blmove',
  'blmpop',
  'blpop',
  'brpop',
  'brpoplpush',
  'bzmpop',
  'bzpopmax',
  'bzpopmin',
  'xread',
  'xreadgroup',
])

/** What the engine alone answers otherwise than members do: it never waits. */
const ofSessions = new Set(['select', ...[...blocking].filter((name) => !name.startsWith('x'))])

export interface UnitsOptions {
  readonly docs: ReadonlyMap<string, CommandDoc>
  /** Names that the side under test has. */
  readonly known: (name: string) => boolean
  /** Only these commands or groups; empty for all. */
  readonly commands: readonly string[]
  readonly families: readonly string[]
  /** Whether the other side knows connections: MULTI, SELECT. */
  readonly isSession: boolean
  /** There is no other side: outcomes of chance and time stay. */
  readonly isFree?: boolean
}

export class Units {
  readonly coverage: Coverage = new Map()
  /** Times that each command was drawn. */
  readonly drawn = new Map<string, number>()
  /** Commands of redis-server's data groups that the other side lacks. */
  readonly missing: readonly string[]
  readonly #docs: readonly CommandDoc[]
  readonly #families: readonly string[]
  readonly #isSession: boolean
  readonly #isFree: boolean

  constructor(options: UnitsOptions) {
    const wanted = [...options.docs.values()].filter(
      (doc) =>
        (dataGroups.includes(doc.group) && !undrawn.has(doc.name)) ||
        drawnBesides.includes(doc.name),
    )
    const has = (doc: CommandDoc): boolean => options.known(doc.name)
    this.missing = wanted.filter((doc) => !has(doc)).map((doc) => doc.name)
    this.#docs = wanted.filter(
      (doc) =>
        has(doc) &&
        (options.isSession || !ofSessions.has(doc.name)) &&
        (options.commands.length === 0 || options.commands.includes(doc.name)) &&
        (options.families.length === 0 || options.families.includes(doc.group)),
    )
    this.#families = [...new Set(this.#docs.map((doc) => doc.group))]
    this.#isSession = options.isSession
    this.#isFree = options.isFree ?? false
    if (this.#docs.length === 0) throw new Error('no command fits COMMANDS= and FAMILY=')
  }

  get commands(): readonly CommandDoc[] {
    return this.#docs
  }

  /** The next unit. */
  draw(random: Random): Unit {
    if (random.chance(1, 25)) {
      const build = builders[random.pick(this.#families)]
      if (build !== undefined) return build(random)
    }
    if (this.#isSession && random.chance(1, 30)) return this.#transaction(random)
    return this.#command(random)
  }

  #command(random: Random): Unit {
    let doc = random.pick(this.#docs)
    for (let tries = 0; tries < 3 && rare.has(doc.name) && !random.chance(1, 10); tries++)
      doc = random.pick(this.#docs)
    this.drawn.set(doc.name, (this.drawn.get(doc.name) ?? 0) + 1)
    const line =
      this.#isSession || !blocking.has(doc.name)
        ? this.#line(random, doc)
        : this.#unblocked(random, doc)
    return this.#isFree ? [line] : undone(line)
  }

  #line(random: Random, doc: CommandDoc): Line {
    if (doc.name === 'bitfield' || doc.name === 'bitfield_ro')
      return this.#counted(bitfield(random, doc.name), doc)
    const line = lasting(drawLine(random, doc, this.coverage))
    return blocking.has(doc.name) ? bounded(line) : line
  }

  /** Counts the options of a line that was not drawn from the grammar. */
  #counted(line: Line, doc: CommandDoc): Line {
    const words = new Set(line.map((word) => word.toUpperCase()))
    for (const option of optionsOf(doc)) {
      if (words.has(option.slice(doc.name.length + 1)))
        this.coverage.set(option, (this.coverage.get(option) ?? 0) + 1)
    }
    return line
  }

  /** Without BLOCK, which the engine alone does not wait for. */
  #unblocked(random: Random, doc: CommandDoc): Line {
    for (let tries = 0; tries < 20; tries++) {
      const line = this.#line(random, doc)
      if (!line.some((word) => word.toLowerCase() === 'block')) return line
    }
    return ['exists', key(random, doc.group)]
  }

  #transaction(random: Random): Unit {
    const lines: Line[] = []
    if (random.chance(1, 4)) lines.push(['watch', key(random, 'generic')])
    if (random.chance(1, 6)) lines.push(...this.#command(random))
    lines.push([random.pick(['multi', 'MULTI'])])
    for (let i = random.below(6); i > 0; i--) lines.push(...this.#command(random))
    if (random.chance(1, 12))
      lines.push([random.pick(['multi', 'watch', 'unwatch', 'nosuch', 'get']), 'a'])
    lines.push([random.chance(1, 8) ? 'discard' : 'exec'])
    return [...lines, ['unwatch']]
  }
}

const timed = new Set(['expire', 'pexpire', 'setex', 'psetex', 'set', 'getex', 'restore'])
const pickers = new Set(['srandmember', 'hrandfield', 'zrandmember'])
const timeWords = new Set(['ex', 'px'])

/** Small enough and long enough: no key may come to its end during a run: who sees it first would be chance. */
function lasting(line: Line): Line {
  const name = line[0]?.toLowerCase() ?? ''
  // Bits far out would take hundreds of megabytes, which only Redis gives.
  if (name === 'setbit')
    return line.map((word) => (Number(word) > 100_000 && Number(word) < 4294967296 ? '1023' : word))
  // So many picks with repetition would take all memory there is.
  if (pickers.has(name))
    return line.map((word, i) => (i === 2 && Number(word) < -1000 ? '-5' : word))
  if (!timed.has(name)) return line
  const isTime = (i: number): boolean =>
    (i === 2 && name !== 'set' && name !== 'getex') ||
    timeWords.has(line[i - 1]?.toLowerCase() ?? '')
  return line.map((word, i) =>
    isTime(i) && Number(word) > 0 && Number(word) < 100_000 ? '1000000' : word,
  )
}

/** A wait without end would end the run: BLOCK and the timeout are a few milliseconds at most. */
function bounded(line: Line): Line {
  const name = line[0]?.toLowerCase() ?? ''
  if (name.startsWith('x')) {
    return line.map((word, i) =>
      line[i - 1]?.toLowerCase() === 'block' && Number(word) >= 0 ? '1' : word,
    )
  }
  const at = name.endsWith('mpop') ? 1 : line.length - 1
  return line.map((word, i) => (i === at && i > 0 && isLong(word) ? '0.001' : word))
}

function isLong(word: string): boolean {
  const value = Number(word)
  // Less than a millisecond below 0 is 0 for Redis: for ever.
  return !(value <= -0.001) && !(value > 0 && value < 0.01) && (value === 0 || value < 1e16)
}

/** With what takes an outcome of chance or time away again. */
function undone(line: Line): Unit {
  const name = line[0]?.toLowerCase() ?? ''
  // Keys past their time count until somebody meets them.
  if (name === 'dbsize') return [['exists', ...keyNames], line]
  if (name === 'spop') return [['smembers', line[1] ?? ''], line, ['del', line[1] ?? '']]
  if (name === 'xadd' && line.includes('*')) return [line, ['del', line[1] ?? '']]
  // The order in which a set comes, and of equal weights, is open.
  const words = line.map((word) => word.toLowerCase())
  const store = words.lastIndexOf('store')
  if (name === 'sort' && words.includes('by') && store > 0) {
    return [line, ['del', line[store + 1] ?? '']]
  }
  return [line]
}

function bitfield(random: Random, name: string): Line {
  const line = [name, key(random, 'bitmap')]
  const type = (): string =>
    random.chance(1, 12)
      ? random.pick(['u64', 'i65', 'u0', 'x8', 'u', '', 'U8', 'i0', 'u8x'])
      : `${random.pick(['u', 'i'])}${random.between(1, 63)}`
  const offset = (): string =>
    random.chance(1, 12)
      ? random.pick([
          '-1',
          'x',
          '#',
          '#-1',
          '4294967296',
          '9223372036854775807',
          '#99999999999999999999',
        ])
      : `${random.chance(1, 3) ? '#' : ''}${random.below(40)}`
  const value = (): string =>
    random.chance(1, 3) ? random.pick(integers) : String(random.between(-300, 300))
  for (let i = random.below(4); i > 0; i--) {
    const kind = random.below(name === 'bitfield' ? 5 : 20)
    if (kind === 0) line.push('SET', type(), offset(), value())
    else if (kind === 1) line.push('incrby', type(), offset(), value())
    else if (kind === 2) line.push('OVERFLOW', random.pick(['wrap', 'SAT', 'FAIL', 'fail', 'x']))
    else line.push(random.pick(['GET', 'get']), type(), offset())
  }
  if (random.chance(1, 30)) line.push('get')
  return line
}
