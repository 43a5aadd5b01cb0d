// The list of all options, read out of the schema: for the documented file, the tables in the README,
// the flags and environment variables, and for naming the option nearest to a mistyped one.

import { z } from 'zod'
import type { OptionMeta } from './leaf.js'
import {
  keyspaceSchema,
  listenerSchema,
  memberSchema,
  shardSchema,
  userSchema,
} from './elements.js'
import { configSchema } from './schema.js'

/** One option of the file. */
export interface OptionDoc extends OptionMeta {
  /** From the top of the file: `clients.max`, `members[].id`. */
  readonly path: string
}

const listElements: Readonly<Record<string, z.ZodObject>> = {
  members: memberSchema,
  listeners: listenerSchema,
  keyspaces: keyspaceSchema,
  shards: shardSchema,
  users: userSchema,
}

/** Every option in the order of the schema, the elements of lists behind their list. */
export function listOptions(): readonly OptionDoc[] {
  const all: OptionDoc[] = []
  collect(configSchema, '', all)
  return all
}

/** Options that a flag or an environment variable may set: those that need be neither lists nor maps. */
export function listOverridable(): readonly OptionDoc[] {
  return listOptions().filter(
    ({ path, written }) =>
      !path.includes('[]') && (path === 'shards' || !(path in listElements)) && written !== '{}',
  )
}

/** `--clients-max` of `clients.max`. */
export function flagOf(path: string): string {
  return `--${path.replaceAll('.', '-')}`
}

/** `QUORATE_CLIENTS_MAX` of `clients.max`. */
export function variableOf(path: string): string {
  return `QUORATE_${path.replaceAll(/[.-]/g, '_').toUpperCase()}`
}

/** The names allowed at a place in the file: `[]` is the top, `['members', 0]` an element of a list. */
export function namesAt(path: readonly PropertyKey[]): readonly string[] {
  const [first] = path
  if (first === undefined) return Object.keys(configSchema.shape)
  const element = listElements[String(first)]
  if (element !== undefined) return Object.keys(element.shape)
  const section = sectionOf(configSchema.shape[first as keyof typeof configSchema.shape])
  return section === null ? [] : Object.keys(section.shape)
}

function collect(schema: z.ZodObject, prefix: string, all: OptionDoc[]): void {
  for (const [name, inner] of Object.entries(schema.shape)) {
    const path = `${prefix}${name}`
    const section = sectionOf(inner)
    if (section !== null) {
      collect(section, `${path}.`, all)
      continue
    }
    all.push({ path, ...metaOf(inner) })
    const element = prefix === '' ? listElements[name] : undefined
    if (element !== undefined) collect(element, `${path}[].`, all)
  }
}

function sectionOf(schema: unknown): z.ZodObject | null {
  const inner = schema instanceof z.ZodPrefault ? schema.unwrap() : schema
  return inner instanceof z.ZodObject ? inner : null
}

function metaOf(schema: unknown): OptionMeta {
  const meta = schema instanceof z.ZodType ? schema.meta() : undefined
  return {
    description: String(meta?.['description'] ?? ''),
    allowed: String(meta?.['allowed'] ?? ''),
    written: String(meta?.['written'] ?? ''),
    form: meta?.['form'] === 'yaml' ? 'yaml' : 'text',
  }
}
