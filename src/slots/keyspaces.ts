// Which keyspace a key belongs to: the longest prefix wins, a keyspace limited to databases counts
// only there, the default keyspace (the last one) takes the rest. Asked once per key on the hot path.

import { assert } from '../base/assert.js'
import type { KeyspaceConfig } from '../api/config.js'

interface Rule {
  readonly prefix: string
  /** By database number, or null for all. */
  readonly databases: ReadonlySet<number> | null
  /** Index of the keyspace in the configuration. */
  readonly keyspace: number
}

/** The table of keyspaces, built once from a validated configuration. */
export class Keyspaces {
  /** One keyspace takes every key: callers need not ask. */
  readonly isSingle: boolean
  readonly count: number
  /** Rules with a prefix by the code of its first character, longest prefix first. */
  readonly #byFirst: (readonly Rule[] | undefined)[] = []
  /** Rules without a prefix; the default keyspace is the last. */
  readonly #rest: readonly Rule[]
  readonly #default: number

  constructor(keyspaces: readonly KeyspaceConfig[]) {
    assert(keyspaces.length > 0, 'there is a default keyspace')
    this.count = keyspaces.length
    this.isSingle = keyspaces.length === 1
    this.#default = keyspaces.length - 1
    const rules = makeRules(keyspaces)
    this.#rest = rules.filter((rule) => rule.prefix === '')
    for (const rule of rules) {
      if (rule.prefix === '') continue
      const first = rule.prefix.charCodeAt(0)
      this.#byFirst[first] = [...(this.#byFirst[first] ?? []), rule]
    }
  }

  /** Index of the keyspace of `key` in database `db`. */
  find(db: number, key: string): number {
    if (this.isSingle) return 0
    // An empty key has no first character: charCodeAt answers NaN and no rule is found.
    const rules = this.#byFirst[key.charCodeAt(0)]
    if (rules !== undefined) {
      for (let i = 0; i < rules.length; i++) {
        const rule = rules[i] as Rule
        if (key.startsWith(rule.prefix) && holds(rule, db)) return rule.keyspace
      }
    }
    for (let i = 0; i < this.#rest.length; i++) {
      const rule = this.#rest[i] as Rule
      if (holds(rule, db)) return rule.keyspace
    }
    return this.#default
  }

  /** Whether every key has the same keyspace in both databases. */
  areAlike(a: number, b: number): boolean {
    return [...this.#byFirst, this.#rest].every(
      (rules) => rules === undefined || rules.every((rule) => holds(rule, a) === holds(rule, b)),
    )
  }

  /** Indexes of the keyspaces that may hold keys of database `db`, ascending. */
  ofDatabase(db: number): readonly number[] {
    if (this.isSingle) return [0]
    // Of those without a prefix the first one takes all that is left.
    const rest = this.#rest.find((rule) => holds(rule, db))
    const found = new Set<number>([rest?.keyspace ?? this.#default])
    for (const rules of this.#byFirst) {
      for (const rule of rules ?? []) if (holds(rule, db)) found.add(rule.keyspace)
    }
    return [...found].sort((a, b) => a - b)
  }
}

function holds(rule: Rule, db: number): boolean {
  return rule.databases === null || rule.databases.has(db)
}

/** Longest prefix first; at equal length a rule limited to databases comes before one that is not. */
function makeRules(keyspaces: readonly KeyspaceConfig[]): Rule[] {
  const rules: Rule[] = []
  keyspaces.forEach((keyspace, index) => {
    const isDefault = index === keyspaces.length - 1
    const databases = isDefault || keyspace.databases === null ? null : new Set(keyspace.databases)
    const prefixes = isDefault || keyspace.prefixes.length === 0 ? [''] : keyspace.prefixes
    for (const prefix of prefixes) rules.push({ prefix, databases, keyspace: index })
  })
  return rules.sort(
    (a, b) =>
      b.prefix.length - a.prefix.length ||
      Number(a.databases === null) - Number(b.databases === null) ||
      a.keyspace - b.keyspace,
  )
}
