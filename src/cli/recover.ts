// `quorate recover --accept-loss`: the operator's word that a halted group may go on with what is left.

import { askMember } from './member-client.js'
import type { ClientOptions } from './arguments.js'

export async function acceptLoss(options: ClientOptions): Promise<number> {
  await askMember(options, 'QUORATE', 'RECOVER', 'ACCEPT-LOSS')
  process.stdout.write(
    `accepted. watch it with: quorate status -h ${options.host} -p ${options.port}\n`,
  )
  return 0
}
