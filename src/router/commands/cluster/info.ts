// CLUSTER INFO: Redis' fields. Members see for themselves who is there, so no messages of a bus are counted.

import { slotCount } from '../../../base/keyslot.js'
import { fieldLines } from '../../info/fields.js'
import type { Run } from '../../state.js'

export const info: Run = (_session, _args, state) => {
  const all = state.shards.all()
  let down = 0
  for (const { ranges, isDown } of all) {
    if (isDown) for (const { from, to } of ranges) down += to - from + 1
  }
  const text = fieldLines([
    ['cluster_state', down === 0 ? 'ok' : 'fail'],
    ['cluster_slots_assigned', slotCount],
    ['cluster_slots_ok', slotCount - down],
    ['cluster_slots_pfail', 0],
    ['cluster_slots_fail', down],
    ['cluster_known_nodes', state.cluster.members.length],
    ['cluster_size', new Set(all.map((shard) => shard.leader.id)).size],
    ['cluster_current_epoch', state.shards.epoch],
    ['cluster_my_epoch', state.shards.epoch],
    ['cluster_stats_messages_sent', 0],
    ['cluster_stats_messages_received', 0],
    ['total_cluster_links_buffer_limit_exceeded', 0],
  ])
  return { type: 'verbatim', format: 'txt', text }
}
