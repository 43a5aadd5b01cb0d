// What every part of the system may know of a command: the declarative half of its spec. The engine's
// and the router's specs extend it with the code that runs. COMMAND, COMMAND DOCS and routing read it.

export type CommandFlag =
  | 'write'
  | 'readonly'
  | 'denyoom'
  | 'admin'
  | 'pubsub'
  | 'noscript'
  | 'blocking'
  | 'loading'
  | 'stale'
  | 'fast'
  | 'no_auth'
  | 'may_replicate'
  | 'movablekeys'
  | 'allow_busy'
  | 'skip_monitor'
  | 'skip_slowlog'
  | 'no_async_loading'
  | 'no_multi'
  | 'no_mandatory_keys'
  | 'sentinel'
  | 'asking'

/** Where keys stand: from `first` (1 is the first argument) to `last` (negative counts from the end), every `step`. */
export interface KeySpec {
  readonly first: number
  readonly last: number
  readonly step: number
  /** The argument at `first` says how many keys follow it; `last` says nothing then. */
  readonly counted?: true
  /** The keys follow this upper-case word, looked for from `first` on (negative: from there backwards); `last` counts from the first of them. */
  readonly keyword?: string
  /** With a negative `last`: one in this many of the rest of the arguments is a key (XREAD: 2). */
  readonly limit?: number
  /** COMMAND INFO calls it unknown; this finds the indexes. */
  readonly find?: (args: readonly string[]) => readonly number[]
  /** Redis' key spec flags, as `RW`, `access`, `update`. */
  readonly flags: readonly string[]
  /** Redis' note on the flags, as COMMAND INFO prints it. */
  readonly notes?: string
}

/** Documentation of one argument, as COMMAND DOCS prints it. */
export interface ArgumentDoc {
  readonly name: string
  readonly type:
    | 'string'
    | 'integer'
    | 'double'
    | 'key'
    | 'pattern'
    | 'unix-time'
    | 'pure-token'
    | 'oneof'
    | 'block'
  readonly token?: string
  /** Index into `keys` of the spec that this key belongs to. */
  readonly keySpec?: number
  readonly since?: string
  readonly deprecatedSince?: string
  readonly optional?: boolean
  readonly multiple?: boolean
  /** The token comes before each of several. */
  readonly multipleToken?: boolean
  readonly arguments?: readonly ArgumentDoc[]
}

/**
 * How the parts of a command over several replication groups come together:
 * refuse: CROSSSLOT. sum: integers are added. keys: one reply per key, in the order of the keys.
 * ok: +OK when all are. scan, union, random, total: keyless commands over the groups of a database.
 * each: what every group keeps for itself, as scripts; the reply of the first.
 */
export type Gather =
  | 'refuse'
  | 'sum'
  | 'keys'
  | 'ok'
  | 'scan'
  | 'union'
  | 'random'
  | 'total'
  | 'each'

export interface CommandSpec {
  /** Lower case; subcommands as `client|kill`. */
  readonly name: string
  /** Number of arguments with the name; negative for at least. */
  readonly arity: number
  readonly flags: readonly CommandFlag[]
  readonly group: string
  readonly since: string
  /** Version of the cluster that brought it: until then entries may not have it. Only commands without a container. */
  readonly clusterSince?: number
  readonly summary: string
  readonly complexity: string
  /** Version and what changed, as COMMAND DOCS prints it. */
  readonly history?: readonly (readonly [string, string])[]
  readonly deprecated?: { readonly since: string; readonly replacedBy: string }
  /** Of use to Redis itself only, as COMMAND DOCS says of some. */
  readonly isInternal?: boolean
  /** ACL categories with the at sign. */
  readonly categories: readonly string[]
  readonly tips: readonly string[]
  readonly keys: readonly KeySpec[]
  /** Indexes of the keys where `keys` says too much or too little; they are used as the first of `keys` says. */
  readonly findKeys?: (args: readonly string[]) => readonly number[]
  readonly arguments: readonly ArgumentDoc[]
  readonly gather: Gather
}

/** Whether a command changes data and so goes through the log. */
export function isWrite(spec: CommandSpec): boolean {
  return spec.flags.includes('write')
}

/** Whether a count of arguments (with the name) fits. */
export function fitsArity(spec: CommandSpec, count: number): boolean {
  return spec.arity >= 0 ? count === spec.arity : count >= -spec.arity
}
