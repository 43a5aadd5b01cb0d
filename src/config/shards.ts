// Who holds which shard group: the list form of `shards`, by names or ids of members.

import type { Config, MemberConfig, ShardGroup } from '../api/config.js'
import type { MemberId } from '../api/ids.js'
import type { ConfigError } from '../base/errors.js'
import type { RawConfig } from './schema.js'
import type { TreePath } from './source.js'

type Fail = (path: TreePath, given: unknown, allowed: string) => ConfigError

export function resolveShards(
  { shards }: RawConfig,
  members: readonly MemberConfig[],
  fail: Fail,
): Pick<Config, 'shards' | 'shardGroups'> {
  if (typeof shards === 'number') return { shards }
  if (shards.length === 0) throw fail(['shards'], [], 'a number, or a list of one group at least')
  const shardGroups = shards.map((given, id): ShardGroup => {
    const ids = given.members.map((name, i) => {
      const found = members.find((member) => member.name === name || member.id === Number(name))
      const path = ['shards', id, 'members', i]
      if (found === undefined) {
        const names = members.map((member) => `${member.id} (${member.name})`)
        throw fail(path, name, `one of ${names.join(', ')}`)
      }
      return found.id
    })
    const twice = ids.findIndex((member, i) => ids.indexOf(member) !== i)
    if (twice >= 0) {
      const path = ['shards', id, 'members', twice]
      throw fail(path, given.members[twice], 'a member that is not in the list yet')
    }
    return { id, weight: given.weight, members: ids.toSorted((a, b) => a - b) }
  })
  return { shards: shards.length, shardGroups: placed(shardGroups, members) }
}

/** Undefined where a plain number says the same. */
function placed(
  groups: readonly ShardGroup[],
  members: readonly { readonly id: MemberId }[],
): readonly ShardGroup[] | undefined {
  const isPlain = groups.every(
    (group) => group.members.length === members.length && group.weight === groups[0]?.weight,
  )
  return isPlain ? undefined : groups
}
