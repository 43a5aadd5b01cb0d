// What a group asks of the command table and the routes while it runs a script.

import type { CommandSpec } from '../api/command.js'
import type { GroupId } from '../api/ids.js'
import type { ScriptWorld } from '../api/scripts.js'
import type { CommandEntry } from '../router/command-entry.js'
import { foundKeys } from '../router/found-keys.js'
import type { RouterState } from '../router/state.js'

export class CoreScriptWorld implements ScriptWorld {
  readonly #state: () => RouterState

  constructor(state: () => RouterState) {
    this.#state = state
  }

  specOf(
    args: readonly string[],
  ): { readonly spec: CommandSpec; readonly isRouted: boolean } | null {
    const entry = this.#entry(args)
    return entry === null ? null : { spec: entry.spec, isRouted: entry.run !== null }
  }

  belongs(group: GroupId, db: number, args: readonly string[]): boolean {
    const { route } = this.#state()
    if (route.isSingle) return true
    const entry = this.#entry(args)
    const keys = entry === null ? null : foundKeys(entry, args)
    if (keys === null || keys.length === 0) {
      const groups = route.groupsOf(db)
      return groups.length === 1 && groups[0] === group
    }
    return keys.every(({ at }) => route.groupOf(db, args[at] as string) === group)
  }

  #entry(args: readonly string[]): CommandEntry | null {
    const { table } = this.#state()
    const entry = table.find(args[0] ?? '')
    if (entry === undefined) return null
    if (entry.subcommands === null || args.length < 2) return entry
    return entry.subcommands.get((args[1] as string).toLowerCase()) ?? null
  }
}
