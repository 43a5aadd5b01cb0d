// The kinds of values that options take: text, integers, sizes, durations, addresses, lists. Each
// carries in words what may be given, which is both its documentation and its error message.

import { z } from 'zod'
import { parseAddress } from './address.js'
import { parseDuration, parseSize } from './units.js'

/** What documentation and overrides know of an option, kept in the schema's metadata. */
export interface OptionMeta {
  readonly description: string
  /** What may be given, in words. */
  readonly allowed: string
  /** The default as a user would write it. */
  readonly written: string
  /** How a flag's or variable's text becomes a value: as it stands, or read as YAML. */
  readonly form: 'text' | 'yaml'
}

export const words: (allowed: string) => { error: string } = (allowed) => ({ error: allowed })

export interface Leaf<T extends z.ZodType> {
  readonly schema: T
  readonly allowed: string
  readonly form: 'text' | 'yaml'
}

export function option<T extends z.ZodType>(leaf: Leaf<T>, written: unknown, description: string) {
  const meta: OptionMeta = {
    description,
    allowed: leaf.allowed,
    written: writtenDefault(written),
    form: leaf.form,
  }
  return leaf.schema.prefault(written as z.input<T>).meta({ ...meta })
}

function writtenDefault(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return '[]'
  return typeof value === 'object' ? '{}' : String(value)
}

export function text(lengthMax: number) {
  const allowed = `text of 1 to ${lengthMax} letters, digits, - _ and .`
  const schema = z
    .string(allowed)
    .regex(/^[\w.-]+$/, words(allowed))
    .max(lengthMax, words(allowed))
  return { schema, allowed, form: 'text' as const }
}

export function integer(min: number, max: number) {
  const allowed = `an integer from ${min} to ${max}`
  const schema = z.int(allowed).min(min, words(allowed)).max(max, words(allowed))
  return { schema, allowed, form: 'yaml' as const }
}

export function flag() {
  const allowed = 'true or false'
  return { schema: z.boolean(allowed), allowed, form: 'yaml' as const }
}

export function oneOf<const T extends readonly string[]>(values: T) {
  const allowed = `one of ${values.join(', ')}`
  return { schema: z.enum(values, allowed), allowed, form: 'text' as const }
}

/** A number, or text that `parse` understands; out comes the number. */
export function quantity(
  parse: (text: string) => number | null,
  min: number,
  max: number,
  what: string,
) {
  const allowed = what
  const schema = z.union([z.number(), z.string()], allowed).transform((given, context) => {
    const value = typeof given === 'number' ? given : parse(given)
    if (value !== null && Number.isSafeInteger(value) && value >= min && value <= max) return value
    context.issues.push({ code: 'custom', message: allowed, input: given })
    return z.NEVER
  })
  return { schema, allowed, form: 'yaml' as const }
}

export function size(min: number, max: number, range: string) {
  return quantity(parseSize, min, max, `a size as 64mb, ${range}`)
}

export function duration(min: number, max: number, range: string) {
  return quantity(parseDuration, min, max, `a duration as 500ms or 5s, ${range}`)
}

export function address() {
  const allowed = 'host:port, as 127.0.0.1:6379 or [::1]:6379'
  const schema = z.string(allowed).transform((given, context) => {
    const parsed = parseAddress(given)
    if (parsed !== null) return parsed
    context.issues.push({ code: 'custom', message: allowed, input: given })
    return z.NEVER
  })
  return { schema, allowed, form: 'text' as const }
}

export function nullable<T extends z.ZodType>(leaf: Leaf<T>) {
  const allowed = `${leaf.allowed}, or null`
  return { schema: z.union([leaf.schema, z.null()], allowed), allowed, form: leaf.form }
}

export function listOf<T extends z.ZodType>(schema: T, countMax: number, allowed: string) {
  return {
    schema: z.array(schema, allowed).max(countMax, words(allowed)),
    allowed,
    form: 'yaml' as const,
  }
}

/** One of two kinds, told apart before they are looked into: faults are those of the kind that was given. */
export function numberOrList<N extends z.ZodType<number>, L extends z.ZodType>(
  number: Leaf<N>,
  list: Leaf<L>,
) {
  const allowed = `${number.allowed}, or ${list.allowed}`
  return {
    schema: z.union([number.schema, list.schema], allowed),
    allowed,
    form: 'yaml' as const,
  }
}

/** A path in the file system. */
export const path = {
  schema: z.string('a path').min(1, words('a path')),
  allowed: 'a path',
  form: 'text' as const,
}
