// Where the values of a configuration come from: one YAML file, with flags and environment variables
// laid over it. Keeps for each value its file and line, or its flag or variable, so that a fault can name it.

import { readFileSync } from 'node:fs'
import { isMap, isNode, isPair, isScalar, LineCounter, parse, parseDocument } from 'yaml'
import { ConfigError, QuorateError } from '../base/errors.js'
import type { Document } from 'yaml'

/** A place in the tree: names and indexes from the top. */
export type TreePath = readonly PropertyKey[]

/** Where a value stands: a file with a line, or a flag or variable without one. */
export interface Place {
  readonly file: string | null
  readonly line: number | null
}

/** Plain data of a configuration with the origin of its parts. */
export class Source {
  readonly file: string | null
  readonly tree: Record<string, unknown>
  readonly #document: Document | null
  readonly #lines: LineCounter
  /** Dotted path to the flag or variable that set it. */
  readonly #overrides = new Map<string, string>()

  constructor(file: string | null, text: string) {
    this.file = file
    this.#lines = new LineCounter()
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false })
    const fault = this.#document.errors[0]
    if (fault !== undefined) {
      const line = this.#lines.linePos(fault.pos[0]).line
      throw new ConfigError({
        file,
        line,
        option: 'YAML',
        given: fault.message,
        allowed: 'valid YAML',
      })
    }
    const tree: unknown = this.#document.toJS()
    if (tree !== null && (typeof tree !== 'object' || Array.isArray(tree))) {
      throw new ConfigError({
        file,
        line: 1,
        option: 'the file',
        given: showValue(tree),
        allowed: 'options as `name: value`',
      })
    }
    this.tree = { ...(tree as Record<string, unknown> | null) }
  }

  /** Lays a value over the file's; `label` is the flag or variable. Creates sections on the way. */
  override(path: readonly string[], value: unknown, label: string): void {
    let at = this.tree
    for (const name of path.slice(0, -1)) {
      const inner = at[name]
      const section = typeof inner === 'object' && inner !== null ? { ...inner } : {}
      at[name] = section
      at = section as Record<string, unknown>
    }
    at[path[path.length - 1] ?? ''] = value
    this.#overrides.set(path.join('.'), label)
  }

  /** Remembers a flag or variable that is not an option of the file. */
  label(name: string, label: string): void {
    this.#overrides.set(name, label)
  }

  /** The value at a path, undefined where there is none. */
  valueAt(path: TreePath): unknown {
    let at: unknown = this.tree
    for (const name of path) {
      if (typeof at !== 'object' || at === null) return undefined
      at = (at as Record<PropertyKey, unknown>)[name]
    }
    return at
  }

  /** Where a value, or else the nearest thing around it, stands. */
  placeOf(path: TreePath): Place {
    const label = this.#overrides.get(path.join('.'))
    if (label !== undefined) return { file: label, line: null }
    for (let length = path.length; length > 0; length--) {
      const offset = this.#offsetOf(path.slice(0, length))
      if (offset !== null) return { file: this.file, line: this.#lines.linePos(offset).line }
    }
    return { file: this.file, line: this.file === null ? null : 1 }
  }

  /** What is wrong with the value at a path. */
  fault(path: TreePath, given: string, allowed: string): ConfigError {
    return new ConfigError({ ...this.placeOf(path), option: writePath(path), given, allowed })
  }

  #offsetOf(path: TreePath): number | null {
    const name = path[path.length - 1]
    const parent: unknown =
      path.length === 1 ? this.#document?.contents : this.#document?.getIn(path.slice(0, -1), true)
    if (isMap(parent)) {
      for (const pair of parent.items) {
        if (isPair(pair) && isScalar(pair.key) && String(pair.key.value) === name) {
          return pair.key.range?.[0] ?? null
        }
      }
    }
    const node: unknown = this.#document?.getIn(path, true)
    return isNode(node) ? (node.range?.[0] ?? null) : null
  }
}

/** Reads a file, or stands for an empty one where `file` is null. */
export function readSource(file: string | null): Source {
  if (file === null) return new Source(null, '')
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new QuorateError(
      'CONFIG_MISSING',
      `${file}: the configuration file cannot be read (${why})`,
    )
  }
  return new Source(file, text)
}

/** A flag's or variable's text as a YAML scalar: `100`, `true`, `null`, `64mb`. */
export function readScalar(text: string): unknown {
  try {
    const value: unknown = parse(text)
    return typeof value === 'object' && value !== null ? text : value
  } catch {
    return text
  }
}

/** A value as a fault message shows it. */
export function showValue(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value)
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}

/** `members[0].client` of its parts. */
function writePath(path: TreePath): string {
  let text = ''
  for (const part of path) {
    text += typeof part === 'number' ? `[${part}]` : `${text === '' ? '' : '.'}${String(part)}`
  }
  return text === '' ? 'the file' : text
}
