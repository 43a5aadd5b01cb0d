// `quorate recover --accept-loss`: the operator's word that a halted group may go on with what is left.

import { askMember } from './member-client.js'
import { readStatus, type StatusRow } from './status.js'
import type { ClientOptions } from './arguments.js'

export async function acceptLoss(options: ClientOptions): Promise<number> {
  const { groups, topology } = await readStatus(options)
  if (groups.every(isServed) && typeof topology['leader'] === 'number') {
    process.stdout.write('there is nothing to recover: all groups are served here\n')
    return 0
  }
  await askMember(options, 'QUORATE', 'RECOVER', 'ACCEPT-LOSS')
  process.stdout.write(
    `accepted. watch it with: quorate status -h ${options.host} -p ${options.port}\n`,
  )
  return 0
}

/** Acceptance would change nothing: with a leader, groups of one order do not wait for anybody's word. */
function isServed({ health, leader, strategy }: StatusRow): boolean {
  const isOrdered = strategy === 'raft' || strategy === 'zab'
  return health === 'ok' || (health === 'degraded' && isOrdered && typeof leader === 'number')
}
