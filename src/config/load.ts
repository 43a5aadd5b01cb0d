// From a file, flags and environment variables to a validated `Config`. Precedence: flag, variable,
// file, default. Every refusal is a ConfigError that names place, option, what was given and what is allowed.

import type { z } from 'zod'
import type { Config } from '../api/config.js'
import { ConfigError } from '../base/errors.js'
import { nearestName } from './nearest.js'
import { flagOf, listOverridable, namesAt, variableOf } from './options.js'
import { resolveConfig, type SelfOverrides } from './resolve.js'
import { configSchema } from './schema.js'
import { readScalar, readSource, showValue, type Source } from './source.js'

/** What a configuration is made from. */
export interface LoadOptions {
  /** Path of the YAML file, or null for defaults only. */
  readonly file: string | null
  /** Text of flags by option path (`clients.max`), and the short ones: host, port, routing, level, durability. */
  readonly flags?: Readonly<Record<string, string>>
  /** Whole options that take the place of the file's. */
  readonly instead?: Readonly<Record<string, unknown>>
  readonly environment?: Readonly<Record<string, string | undefined>>
}

/** Flags beside the options: they change where clients of this member come in, and the default keyspace. */
export const shortFlags = ['host', 'port', 'routing', 'level', 'durability'] as const

/** A configuration and where its parts came from. */
export interface LoadedConfig {
  readonly config: Config
  readonly source: Source
}

/** Throws ConfigError, or QuorateError where the file cannot be read. */
export function loadConfig(options: LoadOptions): LoadedConfig {
  const source = readSource(options.file)
  for (const [name, value] of Object.entries(options.instead ?? {})) {
    source.override([name], value, name)
  }
  applyOverrides(source, options)
  const parsed = configSchema.safeParse(source.tree)
  if (!parsed.success) throw faultOf(source, parsed.error.issues[0], [])
  const config = resolveConfig(source, parsed.data, shortOverrides(source, options))
  return { config, source }
}

function applyOverrides(source: Source, options: LoadOptions): void {
  for (const option of listOverridable()) {
    const variable = variableOf(option.path)
    const flag = options.flags?.[option.path]
    const text = flag ?? options.environment?.[variable]
    if (text === undefined) continue
    const value = option.form === 'text' && text !== 'null' ? text : readScalar(text)
    source.override(
      option.path.split('.'),
      value,
      flag === undefined ? variable : flagOf(option.path),
    )
  }
}

function shortOverrides(source: Source, options: LoadOptions): SelfOverrides {
  const texts: Partial<Record<(typeof shortFlags)[number], string>> = {}
  for (const name of shortFlags) {
    const flag = options.flags?.[name]
    const text = flag ?? options.environment?.[variableOf(name)]
    if (text === undefined) continue
    texts[name] = text
    source.label(name, flag === undefined ? variableOf(name) : flagOf(name))
  }
  return texts
}

/** The first issue of zod as our own error. */
function faultOf(
  source: Source,
  issue: z.core.$ZodIssue | undefined,
  above: readonly PropertyKey[],
): ConfigError {
  if (issue === undefined) {
    return new ConfigError({
      file: source.file,
      line: null,
      option: 'the file',
      given: 'nothing',
      allowed: 'options',
    })
  }
  const path = [...above, ...issue.path]
  if (issue.code === 'unrecognized_keys') return unknownOption(source, path, issue.keys[0] ?? '')
  if (issue.code === 'invalid_union') {
    const inner = issue.errors.find((each) => (each[0]?.path.length ?? 0) > 0)?.[0]
    if (inner !== undefined) return faultOf(source, inner, path)
  }
  const isSecret = path[path.length - 1] === 'password'
  return source.fault(path, isSecret ? '(hidden)' : showValue(source.valueAt(path)), issue.message)
}

function unknownOption(source: Source, path: readonly PropertyKey[], name: string): ConfigError {
  const names = namesAt(path)
  const nearest = nearestName(name, names)
  const hint = nearest === null ? '' : ` (did you mean ${nearest}?)`
  return source.fault([...path, name], 'an unknown option', `${names.join(', ')}${hint}`)
}
