// Proposals that only clients of the leader wait for: who gets them at once, and when the others do.

import type { StrategyPlugin } from 'quorate/plugin'
import { decodeMessage } from '../../../plugins/zab/codec.js'
import zab from '../../../plugins/zab/index.js'
import { holdingCases } from '../total-order/holding-cases.js'

holdingCases('zab', {
  plugin: zab as StrategyPlugin,
  entriesIn: (message) => {
    const decoded = decodeMessage(message)
    return decoded?.kind === 'propose' ? decoded.entries.length : null
  },
})
