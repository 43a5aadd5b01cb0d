// What every strategy of one total order must do, done by this one.

import test from 'ava'
import type { StrategyPlugin } from 'quorate/plugin'
import plugin from '../../../plugins/raft/index.js'
import { electionCases } from '../world/election-cases.js'
import { recoveryCases } from '../world/recovery-cases.js'
import { serviceCases } from '../world/service-cases.js'

electionCases(test, plugin as StrategyPlugin)
recoveryCases(test, plugin as StrategyPlugin)
serviceCases(test, plugin as StrategyPlugin)
