// What a group asks of the command table and the routes while it runs a script.

import { type CommandSpec, isWrite } from '../api/command.js'
import type { GroupId } from '../api/ids.js'
import { mayReplicate, readNote, type ScriptedCommand, type ScriptWorld } from '../api/scripts.js'
import { scriptAclChannel, scriptAclCommand, scriptAclKey } from '../api/replies.js'
import type { ErrorReply } from '../api/reply.js'
import { sortDenial } from '../router/acl/sort.js'
import { permits } from '../router/acl/check.js'
import { readRules } from '../router/acl/rules.js'
import { User } from '../router/acl/user.js'
import type { CommandEntry } from '../router/command-entry.js'
import { foundKeys } from '../router/found-keys.js'
import { keylessGroups } from '../router/keyless.js'
import { derivesKeys, otherDatabase } from '../router/other-database.js'
import { kinds } from '../router/messaging/packets.js'
import type { RouterState } from '../router/state.js'

/** Different rules that are remembered. */
const usersMax = 256

export class CoreScriptWorld implements ScriptWorld {
  readonly #state: () => RouterState
  /** By their rules. */
  readonly #users = new Map<string, User>()
  /** Those that scripts called so far. */
  readonly #commands = new Map<CommandEntry, ScriptedCommand>()

  constructor(state: () => RouterState) {
    this.#state = state
  }

  find(args: readonly string[]): ScriptedCommand | null {
    const entry = this.#entry(args)
    if (entry === null) return null
    const known = this.#commands.get(entry)
    if (known !== undefined) return known
    const made = scripted(entry.spec, entry.run !== null)
    this.#commands.set(entry, made)
    return made
  }

  denies(rules: string, args: readonly string[]): ErrorReply | null {
    const entry = this.#entry(args)
    if (entry === null) return null
    const user = this.#user(rules)
    const denial = permits(user, entry, args)
    if (denial === null) return sortDenial(user, entry, args)
    if (denial.kind === 'command') return scriptAclCommand
    return denial.kind === 'key' ? scriptAclKey : scriptAclChannel
  }

  /** A user that is nobody's but has these rights. */
  #user(rules: string): User {
    const known = this.#users.get(rules)
    if (known !== undefined) return known
    const made = new User('', this.#state().table)
    const parts = readRules(rules.split(' '))
    // Rules of a later version that this one does not know allow nothing.
    const isWhole = typeof parts !== 'string' && parts.every((rule) => made.apply(rule) === null)
    const user = isWhole ? made : new User('', this.#state().table)
    if (this.#users.size >= usersMax) this.#users.clear()
    this.#users.set(rules, user)
    return user
  }

  belongs(group: GroupId, db: number, args: readonly string[]): boolean {
    const { route } = this.#state()
    if (route.isSingle) return true
    const entry = this.#entry(args)
    const keys = entry === null ? null : foundKeys(entry, args)
    if (keys === null || keys.length === 0) {
      const groups = entry === null ? [] : keylessGroups(route, { entry, args, db })
      return groups.length === 1 && groups[0] === group
    }
    const name = entry?.name ?? ''
    const other = otherDatabase(name, args)
    if (other !== null && route.groupOf(other.db, other.key) !== group) return false
    if (derivesKeys(name, args)) return false
    return keys.every(({ at }) => route.groupOf(db, args[at] as string) === group)
  }

  #entry(args: readonly string[]): CommandEntry | null {
    return entryOf(this.#state().table, args)
  }
}

/** What a script of one of this member's clients does, command by command: it is published, counted, shown. */
export function heardOfScript(state: RouterState, db: number, args: readonly string[]): void {
  const { messaging, now } = state
  const [name = '', channel = '', text = ''] = args
  if (name === readNote) {
    for (let i = 1; i + 1 < args.length; i += 2) {
      count(state, entryOf(state.table, (args[i] as string).split('|')), Number(args[i + 1]))
    }
    return
  }
  const entry = entryOf(state.table, args)
  count(state, entry, 1)
  if (entry !== null && messaging.monitors.count > 0) {
    messaging.monitors.show({ db, remote: 'lua' }, entry, { args, wall: now.wall })
  }
  if (name === 'publish') messaging.publish(kinds.channel, channel, text)
  if (name === 'spublish') messaging.publish(kinds.shard, channel, text)
}

function count({ stats }: RouterState, entry: CommandEntry | null, calls: number): void {
  if (entry === null) return
  entry.counters.calls += calls
  stats.commandsProcessed += calls
}

function scripted(spec: CommandSpec, isRouted: boolean): ScriptedCommand {
  const { flags } = spec
  return {
    spec,
    isRouted,
    isBarred: flags.includes('noscript'),
    writes: isWrite(spec) || mayReplicate.has(spec.name),
    reads: flags.includes('readonly'),
    blocks: flags.includes('blocking'),
    deniesOom: flags.includes('denyoom'),
  }
}

function entryOf(table: RouterState['table'], args: readonly string[]): CommandEntry | null {
  const entry = table.find(args[0] ?? '')
  if (entry === undefined) return null
  if (entry.subcommands === null || args.length < 2) return entry
  return entry.subcommands.get((args[1] as string).toLowerCase()) ?? null
}
