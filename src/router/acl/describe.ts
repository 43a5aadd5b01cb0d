// A user as rules: what ACL LIST, GETUSER and the file of users say. Rules on commands are found anew
// from what is allowed: the categories that fit best, then single commands, as Redis does it.

import { type AclCatalog, type AclCommand, categories, isIn } from './categories.js'
import { Selector } from './selector.js'
import type { User } from './user.js'

/** `on nopass sanitize-payload`. */
export function flagsOf(user: User): string[] {
  const flags = [user.enabled ? 'on' : 'off']
  if (user.noPass) flags.push('nopass')
  if (user.sanitizes !== null) {
    flags.push(user.sanitizes ? 'sanitize-payload' : 'skip-sanitize-payload')
  }
  return flags
}

export function keysOf(selector: Selector): string {
  if (selector.allKeys) return '~*'
  return selector.keys
    .map(({ read, write, pattern }) => {
      if (read && write) return `~${pattern}`
      return `%${read ? 'R' : 'W'}~${pattern}`
    })
    .join(' ')
}

export function channelsOf(selector: Selector): string {
  if (selector.allChannels) return '&*'
  return selector.channels.map((pattern) => `&${pattern}`).join(' ')
}

/** `on #hash ~* &* +@all (...)`, without the name. */
export function describeUser(user: User, catalog: AclCatalog): string {
  const parts = flagsOf(user)
  for (const hash of user.passwords) parts.push(`#${hash}`)
  parts.push(describeSelector(user.root, catalog))
  for (const selector of user.selectors) parts.push(`(${describeSelector(selector, catalog)})`)
  return parts.join(' ')
}

/** What a user may do, without who may be it. */
export function describeRights(user: User, catalog: AclCatalog): string {
  const others = user.selectors.map((selector) => `(${describeSelector(selector, catalog)})`)
  return [describeSelector(user.root, catalog), ...others].join(' ')
}

function describeSelector(selector: Selector, catalog: AclCatalog): string {
  const parts: string[] = []
  const keys = keysOf(selector)
  if (keys !== '') parts.push(keys)
  if (!selector.allChannels) parts.push('resetchannels')
  const channels = channelsOf(selector)
  if (channels !== '') parts.push(channels)
  parts.push(commandsOf(selector, catalog))
  return parts.join(' ')
}

/** `-@all +@read -get`. */
export function commandsOf(selector: Selector, catalog: AclCatalog): string {
  const adds = !selector.future
  const rules = [adds ? '-@all' : '+@all']
  /** What the rules so far would allow. */
  const made = new Selector(catalog)
  made.apply(rules[0] as string)
  /** What is left to explain. */
  const rest = selector.copy()
  const applied = new Set<string>()
  for (;;) {
    const best = bestCategory(rest, { catalog, adds, applied })
    if (best === null) break
    applied.add(best)
    made.changeCategory(best, adds)
    rest.changeCategory(best, !adds)
    rules.push(`${adds ? '+' : '-'}@${best}`)
  }
  for (const command of catalog.all()) {
    const allowed = selector.commands.has(command.name)
    if (allowed !== made.commands.has(command.name)) {
      rules.push(`${allowed ? '+' : '-'}${command.name}`)
      made.change(command, allowed)
    }
    if (allowed) continue
    for (const word of selector.firstArguments.get(command.name) ?? []) {
      rules.push(`+${command.name}|${word}`)
    }
  }
  return rules.join(' ')
}

/** The category with fewest commands that differ, then most that fit; null when none fits mostly. */
function bestCategory(
  selector: Selector,
  options: {
    readonly catalog: AclCatalog
    readonly adds: boolean
    readonly applied: ReadonlySet<string>
  },
): string | null {
  let best: string | null = null
  let leastDifferent = Number.MAX_SAFE_INTEGER
  let mostSame = 0
  for (const category of categories) {
    if (options.applied.has(category)) continue
    const { on, off } = countIn(selector, category, options.catalog.all())
    const different = options.adds ? off : on
    const same = options.adds ? on : off
    if (same <= different) continue
    if (different < leastDifferent || (different === leastDifferent && same > mostSame)) {
      best = category
      leastDifferent = different
      mostSame = same
    }
  }
  return best
}

function countIn(
  selector: Selector,
  category: string,
  commands: Iterable<AclCommand>,
): { readonly on: number; readonly off: number } {
  let on = 0
  let off = 0
  for (const command of commands) {
    if (!isIn(command, category)) continue
    if (selector.commands.has(command.name)) on++
    else off++
  }
  return { on, off }
}
