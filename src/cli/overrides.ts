// The flags of `quorate start`: one for each option of the configuration outside of lists, and the
// short ones for this member's address and the default keyspace.

import type { Command } from 'commander'
import { flagOf, listOverridable } from '../config/options.js'

const shortDescriptions: Readonly<Record<string, string>> = {
  host: "host of this member's client address",
  port: "port of this member's client address; the peer port is 10000 above",
  routing: 'routing of the listeners: proxy, or cluster for cluster-aware clients',
  level: 'consistency level of the default keyspace',
  durability: 'durability of the default keyspace',
}

export function addOverrides(command: Command): void {
  for (const [name, description] of Object.entries(shortDescriptions)) {
    command.option(`--${name} <value>`, description)
  }
  for (const option of listOverridable()) {
    command.option(`${flagOf(option.path)} <value>`, option.description)
  }
}

/** What commander parsed, as texts by option path. */
export function readOverrides(
  options: Readonly<Record<string, unknown>>,
): Readonly<Record<string, string>> {
  const paths = [...Object.keys(shortDescriptions), ...listOverridable().map((each) => each.path)]
  const flags: Record<string, string> = {}
  for (const path of paths) {
    const value = options[camelCase(path)]
    if (typeof value === 'string') flags[path] = value
  }
  return flags
}

/** The name that commander gives to a flag. */
function camelCase(path: string): string {
  return path.replaceAll(/[.-](\w)/g, (_, letter: string) => letter.toUpperCase())
}
