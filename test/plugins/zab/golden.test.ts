// Zab's stories.

import test from 'ava'
import type { StrategyPlugin } from 'quorate/plugin'
import plugin from '../../../plugins/zab/index.js'
import { decodeMessage } from '../../../plugins/zab/codec.js'
import { scenario } from '../../scenario/scenario.js'
import { tellMessage } from '../../scenario/telling.js'
import { scenarioFiles } from '../scenario-files.js'

scenario({
  test,
  plugin: plugin as StrategyPlugin,
  files: scenarioFiles('zab'),
  describe: (bytes) => tellMessage(decodeMessage(bytes)),
})
