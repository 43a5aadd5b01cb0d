// Raft's stories.

import test from 'ava'
import type { StrategyPlugin } from 'quorate/plugin'
import { decodeMessage } from '../../../plugins/raft/messages.js'
import plugin from '../../../plugins/raft/index.js'
import { storyCases } from '../world/story-cases.js'

storyCases(test, plugin as StrategyPlugin, decodeMessage)
