// The rules of the house that a machine can check: floors, circles, words, names and sizes. Each takes
// files as data, so that the tidy test can show every rule a sample that breaks it.

import { dirname, join } from 'node:path/posix'
import { stripComments } from './strip.js'

/** Path from the top of the repository to its text. */
export type Files = ReadonlyMap<string, string>

/** `path:line: what is wrong`. */
export type Fault = string

/** Folder of a file for the floor rules: `src/engine`, `plugins/raft`, `src` for its files. */
export function roomOf(path: string): string {
  const parts = path.split('/')
  return parts.length > 2 || parts[0] === 'test' ? parts.slice(0, 2).join('/') : (parts[0] ?? '')
}

const below = ['src/base', 'src/api']
const floorTwo = ['src/resp', 'src/slots', 'src/engine', 'src/log']

/** What each room may import beside itself (architecture, section 3). */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  'src/base': [],
  'src/api': ['src/base'],
  'src/resp': below,
  'src/slots': below,
  'src/engine': below,
  'src/log': below,
  'src/shard': [...below, 'src/engine', 'src/log'],
  'src/router': [...below, 'src/slots'],
  'src/core': [...below, ...floorTwo, 'src/shard', 'src/router'],
  'src/host': [...below, 'src/core'],
  'src/config': [...below, 'src/host', 'src/core'],
  'src/backup': [...below, 'src/engine'],
  'src/cli': [...below, 'src/backup', 'src/host', 'src/core', 'src/config'],
}

/** The files directly in src: the process's entry and the package doors. */
const doors: Readonly<Record<string, readonly string[]>> = {
  'src/main.ts': [...below, 'src/host', 'src/core', 'src/config', 'src/cli'],
  'src/index.ts': below,
  'src/plugin.ts': [...below, 'src/log'],
}

const pureRooms = [...below, ...floorTwo, 'src/shard', 'src/router', 'src/core']

export function isPure(path: string): boolean {
  return pureRooms.includes(roomOf(path)) || path.startsWith('plugins/')
}

interface Import {
  readonly specifier: string
  readonly line: number
  /** `import type`, `export type`: nothing of it is left at run time. */
  readonly isType: boolean
}

export function importsOf(text: string): readonly Import[] {
  const code = stripComments(text, true)
  const found: Import[] = []
  const pattern = /(?:\bfrom\s*|\bimport\s*\(?\s*)(['"])([^'"\n]+)\1/g
  for (const match of code.matchAll(pattern)) {
    const before = code.slice(0, match.index)
    const isType =
      /\b(?:import|export)\s+type\s[^;'"]*$/.test(before) && match[0].startsWith('from')
    found.push({ specifier: match[2] ?? '', line: lineAt(code, match.index), isType })
  }
  return found
}

/** Imports upward, sideways, into plugins, into test, or of a package where none may be. */
export function floorFaults(files: Files): readonly Fault[] {
  const faults: Fault[] = []
  for (const [path, text] of files) {
    if (path.startsWith('test/')) continue
    for (const { specifier, line } of importsOf(text)) {
      const why = importFault(path, specifier)
      if (why !== null) faults.push(`${path}:${line}: ${why}`)
    }
  }
  return faults
}

function importFault(path: string, specifier: string): string | null {
  if (path.startsWith('plugins/')) return pluginImportFault(path, specifier)
  const allowed = doors[path] ?? mayImport[roomOf(path)]
  if (allowed === undefined) return `${roomOf(path)} is not a room of the house`
  if (!specifier.startsWith('.')) {
    const isOutside = specifier !== 'node:buffer' && isPure(path)
    return isOutside ? `a pure floor imports ${specifier}` : null
  }
  const target = join(dirname(path), specifier).replace(/\.js$/, '.ts')
  const room = roomOf(target)
  if (room === roomOf(path) && doors[path] === undefined && room !== 'src') return null
  return allowed.includes(room) ? null : `${roomOf(path)} may not import ${target}`
}

function pluginImportFault(path: string, specifier: string): string | null {
  if (specifier === 'quorate/plugin' || specifier === 'node:buffer') return null
  const target = join(dirname(path), specifier)
  const isOwn = specifier.startsWith('.') && roomOf(target) === roomOf(path)
  return isOwn
    ? null
    : `a plugin imports ${specifier}; only quorate/plugin and its own files are allowed`
}

/** Circles of imports that exist at run time (types are erased); each is named once. */
export function circleFaults(files: Files): readonly Fault[] {
  const faults: Fault[] = []
  const done = new Set<string>()
  const open: string[] = []
  const visit = (path: string): void => {
    const at = open.indexOf(path)
    if (at >= 0) {
      faults.push(`${path}:1: imports in a circle: ${[...open.slice(at), path].join(' -> ')}`)
      return
    }
    if (done.has(path) || !files.has(path)) return
    open.push(path)
    for (const { specifier, isType } of importsOf(files.get(path) ?? '')) {
      if (specifier.startsWith('.') && !isType)
        visit(join(dirname(path), specifier).replace(/\.js$/, '.ts'))
    }
    open.pop()
    done.add(path)
  }
  for (const path of files.keys()) visit(path)
  return faults
}

const impureWords: readonly (readonly [RegExp, string])[] = [
  [/(?<![.#\w])Date\b(?!\s*:)/, 'Date'],
  [/(?<![.#\w])performance\b(?!\s*:)/, 'performance'],
  [/(?<![.#\w])crypto\b(?!\s*:)/, 'crypto'],
  [/(?<![.#\w])process\b(?!\s*[:(])/, 'process'],
  [/(?<![.#\w])globalThis\b/, 'globalThis'],
  [/\b(?:set|clear)(?:Timeout|Interval|Immediate)\b|\bqueueMicrotask\b|\bnextTick\b/, 'a timer'],
  [/(?<![.#\w])Promise\b/, 'Promise'],
  [/(?<![.#\w])async\b(?!\s*:)/, 'async'],
  [/(?<![.#\w])await\b/, 'await'],
  [/(?<![.#\w])Intl\b/, 'Intl'],
  [/\blocaleCompare\b|\btoLocale\w+/, 'a locale'],
  [/\.(?:sort|toSorted)\(\s*\)/, 'sort without a comparator'],
  [/\bMath\s*\.\s*random\b/, 'Math.random'],
  [
    /\bMath\s*\.\s*(?:pow|sin|cos|tan|asin|acos|atan|atan2|sinh|cosh|tanh|asinh|acosh|atanh|exp|expm1|log|log2|log10|log1p|cbrt|hypot)\b/,
    'Math that runtimes compute differently',
  ],
  [/(?<![*/])\*\*(?!\/)/, 'the ** operator'],
]

/** Clock, chance, promises and the like in pure floors. */
export function purityFaults(files: Files): readonly Fault[] {
  return eachLine(files, isPure, (line) => {
    const hit = impureWords.find(([pattern]) => pattern.test(line))
    return hit === undefined ? null : `a pure floor uses ${hit[1]}`
  })
}

const seam = /^src\/engine\/commands\//
const rooms = /\b(?:keyspace|segment|memory|ledger|checkpoint|rows|loader)\.js$/
const changes =
  /\.(?:map|expires)\s*\.\s*(?:set|delete|clear)\(|\bkeyspace\s*\.\s*(?:make|count|split|shrink|restore|clear)\(/

/** A command of the engine changes values through effects only. */
export function seamFaults(files: Files): readonly Fault[] {
  const faults: Fault[] = []
  for (const [path, text] of files) {
    if (!seam.test(path)) continue
    for (const { specifier, line, isType } of importsOf(text)) {
      const reaches = rooms.test(specifier) && !isType && specifier.startsWith('..')
      if (reaches) faults.push(`${path}:${line}: a command reaches past the effects: ${specifier}`)
    }
  }
  return [
    ...faults,
    ...eachLine(
      files,
      (path) => seam.test(path),
      (line) => (changes.test(line) ? 'a command changes values past the effects' : null),
    ),
  ]
}

const looseTypes = /(?:[:<,|&(]\s*any\b(?!\s*[:(])|\bas\s+any\b|\bany\[\])/

/** `any`, switched-off checks, focused tests, seeded bugs outside of tests. */
export function escapeFaults(files: Files): readonly Fault[] {
  const faults: Fault[] = []
  for (const [path, text] of files) {
    text.split('\n').forEach((line, i) => {
      if (/@ts-(?:nocheck|ignore|expect-error)/.test(line) && !path.startsWith('test/tidy')) {
        faults.push(`${path}:${i + 1}: the type checker is switched off`)
      }
    })
  }
  return [
    ...faults,
    ...eachLine(
      files,
      () => true,
      (line, path) => {
        if (looseTypes.test(line)) return 'any'
        if (/\btest(?:\.\w+)*\.only\b/.test(line)) return 'a focused test'
        const plants = /\bplantBug\b/.test(line)
        const mayPlant = path.startsWith('test/') || path === 'src/base/seeded-bug.ts'
        return plants && !mayPlant ? 'a bug is planted outside of tests' : null
      },
    ),
  ]
}

const linesMax = 400
const nameless = ['utils', 'util', 'helpers', 'helper', 'common', 'manager', 'misc']

/** Names that are not kebab-case or say nothing, files that are too long or do not say what they are. */
export function shapeFaults(files: Files): readonly Fault[] {
  const faults: Fault[] = []
  for (const [path, text] of files) {
    const lines = text.split('\n').length - 1
    if (lines > linesMax) faults.push(`${path}:${lines}: more than ${linesMax} lines`)
    if (!path.startsWith('test/') && !/^(?:#!.*\n)?\/\/ \S/.test(text))
      faults.push(`${path}:1: does not open with a comment that says what it is`)
    for (const part of path.split('/')) {
      const stem = part.replace(/(?:\.test|\.bench)?\.ts$/, '')
      if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(stem))
        faults.push(`${path}:1: ${part} is not kebab-case`)
      if (nameless.includes(stem)) faults.push(`${path}:1: ${part} says nothing`)
    }
  }
  return faults
}

/** Seeded bugs that no test plants: nobody knows whether anything sees them. */
export function bugFaults(files: Files): readonly Fault[] {
  const tests = [...files].filter(([path]) => path.startsWith('test/')).map(([, text]) => text)
  const faults: Fault[] = []
  for (const [path, text] of files) {
    if (path.startsWith('test/')) continue
    const code = stripComments(text, true)
    for (const { 1: name = '', index } of code.matchAll(/\bhasBug\('([^']+)'\)/g)) {
      if (tests.some((each) => each.includes(`'${name}'`))) continue
      faults.push(`${path}:${lineAt(code, index)}: no test names the seeded bug ${name}`)
    }
  }
  return faults
}

export const rules = {
  floorFaults,
  circleFaults,
  purityFaults,
  seamFaults,
  escapeFaults,
  shapeFaults,
  bugFaults,
} as const

function eachLine(
  files: Files,
  concerns: (path: string) => boolean,
  check: (line: string, path: string) => string | null,
): readonly Fault[] {
  const faults: Fault[] = []
  for (const [path, text] of files) {
    if (!concerns(path)) continue
    stripComments(text, false)
      .split('\n')
      .forEach((line, i) => {
        const why = check(line, path)
        if (why !== null) faults.push(`${path}:${i + 1}: ${why}`)
      })
  }
  return faults
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}
