// Entries that only clients of the leader wait for: who gets them at once, and when the others do.

import type { StrategyPlugin } from 'quorate/plugin'
import raft from '../../../plugins/raft/index.js'
import { decodeMessage } from '../../../plugins/raft/messages.js'
import { holdingCases } from '../total-order/holding-cases.js'

holdingCases('raft', {
  plugin: raft as StrategyPlugin,
  entriesIn: (message) => {
    const decoded = decodeMessage(message)
    return decoded?.kind === 'append' ? decoded.entries.length : null
  },
})
