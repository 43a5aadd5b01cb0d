// Raft's stories.

import test from 'ava'
import type { StrategyPlugin } from 'quorate/plugin'
import plugin from '../../../plugins/raft/index.js'
import { decodeMessage } from '../../../plugins/raft/messages.js'
import { scenario } from '../../scenario/scenario.js'
import { tellMessage } from '../../scenario/telling.js'
import { scenarioFiles } from '../scenario-files.js'

scenario({
  test,
  plugin: plugin as StrategyPlugin,
  files: scenarioFiles('raft'),
  describe: (bytes) => tellMessage(decodeMessage(bytes)),
})
