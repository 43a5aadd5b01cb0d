// Zab's stories.

import test from 'ava'
import type { StrategyPlugin } from 'quorate/plugin'
import { decodeMessage } from '../../../plugins/zab/codec.js'
import plugin from '../../../plugins/zab/index.js'
import { storyCases } from '../world/story-cases.js'

storyCases(test, plugin as StrategyPlugin, decodeMessage)
