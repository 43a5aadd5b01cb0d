// The merged command table: engine commands and the router's own, found by the name as it was sent.

import type { CommandSpec } from '../api/command.js'
import { CommandEntry } from './command-entry.js'

/** Spellings such as `GeT` that are remembered. */
const spellingsMax = 2_048
/** Longest name that is looked for in lower case. */
const nameCharsMax = 64

/** What the table needs of a router command. */
export interface TableCommand<R> extends CommandSpec {
  readonly barrier?: boolean
  readonly run?: R
  readonly subcommands?: readonly TableCommand<R>[]
}

export class CommandTable<R> {
  /** Top-level commands by lower-case name, in the order of registration. */
  readonly entries = new Map<string, CommandEntry<R>>()
  /** As sent, any case. */
  readonly #spellings = new Map<string, CommandEntry<R>>()
  /** What the cluster is at: commands that a later version brought are not found. */
  clusterVersion = Number.MAX_SAFE_INTEGER

  constructor(engine: ReadonlyMap<string, CommandSpec>, router: readonly TableCommand<R>[]) {
    for (const command of router) this.#add(command)
    for (const spec of engine.values()) {
      if (!spec.name.includes('|') && !this.entries.has(spec.name)) this.#add(spec)
    }
    for (const spec of engine.values()) if (spec.name.includes('|')) this.#addSubcommand(spec)
  }

  /** The entry of a name in any case. */
  find(name: string): CommandEntry<R> | undefined {
    const entry = this.#spellings.get(name)
    return entry === undefined ? this.#findSlowly(name) : entry
  }

  /** The entry of `name` or `container|name`, any case. */
  findFull(name: string): CommandEntry<R> | undefined {
    const bar = name.indexOf('|')
    if (bar < 0) return this.find(name)
    return this.find(name.slice(0, bar))?.subcommands?.get(name.slice(bar + 1).toLowerCase())
  }

  /** Every entry, containers before their subcommands. */
  *all(): Generator<CommandEntry<R>> {
    for (const entry of this.entries.values()) {
      yield entry
      if (entry.subcommands !== null) yield* entry.subcommands.values()
    }
  }

  #findSlowly(name: string): CommandEntry<R> | undefined {
    if (name.length > nameCharsMax) return undefined
    const entry = this.entries.get(name.toLowerCase())
    const since = entry?.spec.clusterSince
    if (since !== undefined) return since <= this.clusterVersion ? entry : undefined
    if (entry !== undefined && this.#spellings.size < spellingsMax) this.#spellings.set(name, entry)
    return entry
  }

  #add(command: TableCommand<R>): void {
    const entry = makeEntry(command)
    this.entries.set(command.name, entry)
    if (command.clusterSince !== undefined) return
    this.#spellings.set(command.name, entry)
    this.#spellings.set(command.name.toUpperCase(), entry)
    for (const subcommand of command.subcommands ?? []) {
      entry.subcommands?.set(lastWord(subcommand.name), makeEntry(subcommand))
    }
  }

  /** A subcommand of the engine; its container is listed by the engine, too. */
  #addSubcommand(spec: CommandSpec): void {
    const name = spec.name.slice(0, spec.name.indexOf('|'))
    let container = this.entries.get(name)
    if (container === undefined || container.subcommands === null) {
      container = new CommandEntry<R>(container?.spec ?? containerSpec(spec, name), {
        run: null,
        barrier: false,
        container: true,
      })
      this.entries.set(name, container)
      this.#spellings.set(name, container)
      this.#spellings.set(name.toUpperCase(), container)
    }
    container.subcommands?.set(lastWord(spec.name), makeEntry(spec))
  }
}

function makeEntry<R>(command: TableCommand<R>): CommandEntry<R> {
  return new CommandEntry<R>(command, {
    run: command.run ?? null,
    barrier: command.barrier ?? false,
    container: command.subcommands !== undefined,
  })
}

function containerSpec(subcommand: CommandSpec, name: string): CommandSpec {
  return { ...subcommand, name, arity: -2, flags: [], keys: [], arguments: [], tips: [] }
}

function lastWord(name: string): string {
  return name.slice(name.indexOf('|') + 1)
}
