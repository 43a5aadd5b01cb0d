// What a strategy starts from, beside what is on the disk.

import { groupCount } from '../api/config.js'
import type { ShardInit } from './shard-init.js'

export function strategyInitOf(init: ShardInit) {
  const { id, keyspace, config, plugin, common, rests, list } = init
  return {
    self: config.self,
    group: id,
    options: plugin.parseOptions(keyspace.options),
    durability: keyspace.durability,
    keyspace: common,
    list: list?.(),
    groups: groupCount(config),
    recoverWaitMs: config.recoverWaitMs,
    ...(rests === undefined ? {} : { rests }),
  }
}
