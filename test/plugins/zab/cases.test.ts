// What every strategy of one total order must do, done by this one.

import test from 'ava'
import type { StrategyPlugin } from 'quorate/plugin'
import plugin from '../../../plugins/zab/index.js'
import { electionCases } from '../total-order/election-cases.js'
import { recoveryCases } from '../total-order/recovery-cases.js'
import { serviceCases } from '../total-order/service-cases.js'

electionCases(test, plugin as StrategyPlugin)
recoveryCases(test, plugin as StrategyPlugin)
serviceCases(test, plugin as StrategyPlugin)
