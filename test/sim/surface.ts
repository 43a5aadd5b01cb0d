// The whole command set: lines drawn from the engine's own grammar, alone, in transactions, in scripts and
// functions. Nobody judges the replies; members must stay equal, answer everything, and never stop for
// what they were sent. Keys are of the pools of `../differential`, which no other load uses.

import type { Random } from '../../src/base/random.js'
import { evictionPolicies } from '../../src/api/eviction.js'
import { sizeNames } from '../../src/api/group-settings.js'
import { commandTable } from '../../src/engine/commands/table.js'
import { docOf } from '../differential/spec-docs.js'
import { keyNames } from '../differential/pools.js'
import { type Line, type Unit, Units } from '../differential/units.js'
import type { Judge } from './judge.js'
import { libraryText } from './fake-scripts.js'
import type { Request } from './request.js'

export interface SurfaceLoadOptions {
  readonly random: Random
  readonly judge: Judge
  /** There is no other load: it may empty and exchange databases. */
  readonly isAlone: boolean
  /** Prefixes of keyspaces. */
  readonly prefixes: readonly string[]
  /** All keys are in one slot. */
  readonly isTagged: boolean
}

/** Stands in front of keys that are in one slot. */
export const surfaceTag = '{s}'

/** Every command that changes data, as `xgroup|create`. */
export const writeNames: readonly string[] = [...commandTable.values()]
  .filter(({ flags }) => flags.includes('write'))
  .map(({ name }) => name)
/** What acts on whole databases. */
const wide = new Set(['flushall', 'flushdb', 'swapdb', 'select'])
const containers = new Set([...commandTable.keys()].flatMap((name) => name.split('|').slice(0, -1)))
const named = new Set(keyNames.filter((name) => name !== ''))
const payloadsMax = 20
const functions = ['f1', 'f2', 'f3'] as const

export class SurfaceLoad {
  readonly #options: SurfaceLoadOptions
  readonly #all: Units
  readonly #writes: Units
  /** What DUMP answered. */
  readonly #payloads: string[] = []
  /** Digests of scripts that were sent. */
  readonly #digests: string[] = []
  /** What FUNCTION DUMP answered. */
  readonly #libraries: string[] = []

  constructor(options: SurfaceLoadOptions) {
    this.#options = options
    this.#all = unitsOf([])
    this.#writes = unitsOf(writeNames)
  }

  /** What a connection sends next. */
  next(): readonly Request[] {
    const { random } = this.#options
    const dice = random.below(20)
    if (dice < 3) return this.#transaction()
    if (dice < 6) return [this.#request(this.#script())]
    return this.#unit().map((line) => this.#request(line))
  }

  #transaction(): readonly Request[] {
    const { random } = this.#options
    const lines: Line[] = random.chance(1, 3) ? [['WATCH', this.#keyOf(random)]] : []
    lines.push(['MULTI'])
    for (let i = random.between(1, 4); i > 0; i--) {
      lines.push(...(random.chance(1, 4) ? [this.#script()] : this.#unit()))
    }
    lines.push([random.chance(1, 12) ? 'DISCARD' : 'EXEC'], ['UNWATCH'])
    return lines.map((line) => this.#request(line))
  }

  /** A script or a function of a few lines, whose words are its values. */
  #script(): Line {
    const { random } = this.#options
    const text: string[] = random.chance(1, 6) ? ['slow'] : []
    const values: string[] = []
    for (let i = random.between(1, 3); i > 0; i--) {
      for (const line of this.#unit()) {
        text.push(`call ${line.map((_, at) => `A${values.length + at + 1}`).join(' ')}`)
        values.push(...line)
      }
    }
    const name = random.pick(functions)
    const rest = ['1', this.#keyOf(random), ...values]
    switch (random.below(12)) {
      case 0:
        return ['FUNCTION', 'LOAD', 'REPLACE', libraryText(name, text)]
      case 1:
        return ['FCALL', name, ...rest]
      case 2:
        return ['SCRIPT', 'LOAD', text.join('\n')]
      case 3:
        return ['EVALSHA', this.#digest(), ...rest]
      case 4:
        return random.pick([
          ['SCRIPT', 'FLUSH'],
          ['FUNCTION', 'FLUSH'],
          ['FUNCTION', 'DELETE', name],
          ['EVAL_RO', text.join('\n'), ...rest],
          ['FUNCTION', 'RESTORE', this.#library(), random.pick(['FLUSH', 'APPEND', 'REPLACE'])],
        ])
      case 5:
        return ['FUNCTION', 'DUMP']
      default:
        return ['EVAL', text.join('\n'), ...rest]
    }
  }

  /** Lines that go together. */
  #unit(): Unit {
    const { random, isAlone, prefixes } = this.#options
    if (random.chance(1, 20)) return [this.#besides()]
    for (;;) {
      const unit = (random.chance(3, 4) ? this.#writes : this.#all).draw(random)
      if (!isAlone && unit.some(([name]) => wide.has(name?.toLowerCase() ?? ''))) continue
      const prefix = random.pick(prefixes) + this.#tag
      return unit
        .flatMap((line) => shortened(line))
        .map((line) => livened(random, line).map((word) => placed(prefix, word)))
    }
  }

  get #tag(): string {
    return this.#options.isTagged ? surfaceTag : ''
  }

  #keyOf(random: Random): string {
    return placed(this.#tag, random.pick(keyNames))
  }

  /** What the grammar cannot draw, or too seldom. */
  #besides(): Line {
    const { random, isAlone } = this.#options
    const [a, b] = [this.#keyOf(random), this.#keyOf(random)]
    const [db, other] = [String(random.below(3)), String(random.below(3))]
    switch (random.below(isAlone ? 15 : 9)) {
      case 0:
      case 1:
        return ['DUMP', a]
      case 2:
      case 3:
        return this.#restore(random.pick(['RESTORE', 'RESTORE', 'RESTORE-ASKING']), a)
      case 4:
        return ['PFDEBUG', random.pick(['GETREG', 'TODENSE', 'ENCODING']), 'hll1']
      case 5:
        return random.pick([
          ['MOVE', a, db],
          ['COPY', a, b, 'DB', db, 'REPLACE'],
        ])
      case 6:
        return this.#fields()
      case 7:
        return random.pick([
          ['XGROUP', 'CREATE', 'x1', 'g', '0', 'MKSTREAM'],
          ['XCLAIM', 'x1', 'g', 'c2', '0', '1-1', '2-1', '5-1', 'FORCE'],
        ])
      case 8:
        return [random.pick(['PUBLISH', 'SPUBLISH']), a, 'said']
      case 9:
        return [random.chance(1, 6) ? 'FLUSHALL' : 'FLUSHDB']
      case 10:
        return ['SELECT', db]
      case 11:
      case 12:
        return this.#setting()
      default:
        return ['SWAPDB', db, other]
    }
  }

  /** What holds for the whole cluster: bounds of memory, and sizes at which containers are compact. */
  #setting(): Line {
    const { random } = this.#options
    const bytes = random.pick(['0', String(random.between(20_000, 200_000))])
    const size = [random.pick(sizeNames), String(random.pick([-2, 4, 64, 128]))] as const
    return random.pick([
      ['CONFIG', 'SET', 'maxmemory', bytes],
      ['CONFIG', 'SET', 'maxmemory-policy', random.pick(evictionPolicies)],
      ['CONFIG', 'SET', 'maxmemory', bytes, 'maxmemory-samples', '7'],
      ['CONFIG', 'SET', ...size],
      ['CONFIG', 'SET', 'notify-keyspace-events', random.pick(['KEA', 'Kgx', ''])],
    ])
  }

  /** Times of fields, well formed. */
  #fields(): Line {
    const { random } = this.#options
    const key = random.pick(['h1', 'h2', 'h3'])
    const fields = ['FIELDS', '2', `f${random.below(5)}`, random.pick(['a', 'b', '1'])]
    const at = String(4_102_444_800 + random.below(100))
    return random.pick([
      ['HPEXPIRE', key, String(random.between(1, 600)), ...fields],
      ['HPEXPIREAT', key, `${at}000`, ...fields],
      ['HEXPIREAT', key, at, 'NX', ...fields],
      ['HPERSIST', key, ...fields],
      ['HGETEX', key, 'PX', String(random.between(1, 600)), ...fields],
      ['HGETDEL', key, ...fields],
    ])
  }

  #restore(name: string, key: string): Line {
    const { random } = this.#options
    const payload = this.#payloads.length === 0 ? '' : random.pick(this.#payloads)
    const ttl = random.pick(['0', '0', String(random.between(1, 500))])
    return [name, key, ttl, payload, ...random.pick([[], ['REPLACE'], ['REPLACE', 'FREQ', '7']])]
  }

  #library(): string {
    return this.#libraries.length === 0 ? '' : this.#options.random.pick(this.#libraries)
  }

  #digest(): string {
    return this.#digests.length === 0 ? 'x' : this.#options.random.pick(this.#digests)
  }

  #request(line: Line): Request {
    const { judge } = this.#options
    const keep = this.#placeOf(line)
    const name = nameOf(line)
    judge.command(name, 'sent')
    const told = (reply: string): void => {
      if (reply.startsWith('-') || reply === '+QUEUED') return
      judge.command(name, 'done')
      if (keep === null || !reply.startsWith('$')) return
      keep.push(reply.slice(1))
      if (keep.length > payloadsMax) keep.shift()
    }
    return { args: line, data: true, told }
  }

  /** Where a text that it answers is put. */
  #placeOf([name, what]: Line): string[] | null {
    if (name === 'DUMP') return this.#payloads
    if (name === 'SCRIPT' && what === 'LOAD') return this.#digests
    return name === 'FUNCTION' && what === 'DUMP' ? this.#libraries : null
  }
}

/** LCS compares each byte with each: of texts that others made long it takes longer than a request may. */
function shortened(line: Line): Unit {
  const [name, a, b] = line
  if (name?.toLowerCase() !== 'lcs' || a === undefined || b === undefined) return [line]
  return [['SET', a, 'ohmytext'.repeat(4)], ['SET', b, 'mynewtext'.repeat(3)], line]
}

function placed(prefix: string, word: string): string {
  return prefix !== '' && named.has(word) ? prefix + word : word
}

function unitsOf(commands: readonly string[]): Units {
  const docs = new Map([...commandTable].map(([name, spec]) => [name, docOf(spec)]))
  return new Units({
    docs,
    known: () => true,
    commands,
    families: [],
    isSession: true,
    isFree: true,
  })
}

function nameOf(line: Line): string {
  const name = line[0]?.toLowerCase() ?? ''
  return containers.has(name) ? `${name}|${line[1]?.toLowerCase() ?? ''}` : name
}

/** Waits long enough for somebody to come, times to live that end during the run. */
function livened(random: Random, line: Line): Line {
  return line.map((word, at) => {
    if (word === '0.001') return random.pick(['0.001', '0.02', '0.2'])
    const isBlock = line[at - 1]?.toLowerCase() === 'block'
    if (isBlock && word === '1') return random.pick(['1', '30', '200'])
    const value = Number(word)
    const isTime = value >= 1_000_000 && value <= 9_000_000 && random.chance(1, 2)
    return isTime ? String(random.between(1, 600)) : word
  })
}
